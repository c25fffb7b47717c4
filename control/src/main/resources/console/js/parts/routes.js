import { h } from "../dom.js";
import { link } from "../router.js";
import { world } from "../world.js";
import { table } from "./table.js";

// A default route where a specification declares the same path is never used.
function source(route, routes) {
  if (route.source === "specification") {
    return h("span", {}, "its specification");
  }
  const hidden = routes.some((other) => other.source === "specification" && other.path === route.path && !other.host);
  return hidden ? h("span", { class: "muted" }, "default, not used: a declared one is the same") : h("span", {}, "default, by its name");
}

export function routeTable(routes, withService = true) {
  return table(
    "Routes",
    [
      { name: "Path", class: "title", cell: (route) => h("code", { class: "break" }, route.path) },
      { name: "Host", cell: (route) => (route.host ? h("code", { class: "break" }, route.host) : h("span", { class: "muted" }, "any")) },
      withService && { name: "Service", cell: (route) => h("a", { class: "break", href: link("services", route.service) }, route.service) },
      { name: "Sent on", cell: (route) => h("span", {}, route.strip && route.path !== "/" ? "without the prefix" : "as it is") },
      { name: "From", cell: (route) => source(route, world.routes) },
    ].filter(Boolean),
    routes,
    (route) => `${route.source} ${route.host} ${route.path} ${route.service}`,
  );
}
