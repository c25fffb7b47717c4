import { h } from "../dom.js";
import { routeTable } from "../parts/routes.js";
import { world } from "../world.js";

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
        : routeTable(world.routes),
    ),
  ],
};
