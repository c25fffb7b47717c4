import { h } from "../dom.js";
import { fetched } from "../parts/fetched.js";
import { routeTable } from "../parts/routes.js";
import { world } from "../world.js";

// Asked for again every five seconds while the page is drawn: the stream brings no figures of routes.
function figures() {
  const { value = [] } = fetched("/api/v1/routes", Math.floor(performance.now() / 5000));
  return new Map(value.filter((route) => route.figures).map((route) => [route.label, route.figures]));
}

export const routesPage = {
  title: () => "Routes",
  draw: () => [
    h(
      "div",
      { class: "page-head" },
      h(
        "div",
        { class: "words" },
        h("h1", { tabindex: "-1" }, "Routes"),
        h("p", {}, "How the gateways find a service. The longest path wins; a route of a specification beats a default one."),
      ),
    ),
    h(
      "section",
      { class: "card", "aria-label": "Routes" },
      world.routes.length === 0
        ? h("p", { class: "nothing" }, "There are no routes: no service declares one, and none has registered.")
        : routeTable(world.routes, true, figures()),
    ),
  ],
};
