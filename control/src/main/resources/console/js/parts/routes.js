import { h } from "../dom.js";
import { link } from "../router.js";
import { world } from "../world.js";
import { table } from "./table.js";

// A default route where a specification declares the same path is never used.
function source(route, routes) {
  if (route.shadowedBy && route.source === "specification") {
    return h("span", { class: "muted" }, `its specification, not used: ${route.shadowedBy} has the same`);
  }
  if (route.source === "specification") {
    return h("span", {}, "its specification");
  }
  const hidden = routes.some((other) => other.source === "specification" && other.path === route.path && !other.host && !other.exact && asks(other) === "");
  return hidden ? h("span", { class: "muted" }, "default, not used: a declared one is the same") : h("span", {}, "default, by its name");
}

// What a request must have beside host and path.
function asks(route) {
  const pairs = (before, between, group) => Object.entries(group ?? {}).map(([name, value]) => `${before}${name}${between}${value}`);
  return [
    ...(route.exact ? ["exact"] : []),
    ...(route.methods ?? []),
    ...pairs("", ": ", route.headers),
    ...pairs("?", "=", route.query),
    ...pairs("cookie ", "=", route.cookies),
  ].join(", ");
}

function sent(route) {
  if (route.redirect) {
    return `${route.redirect.status} to ${route.redirect.to}`;
  }
  if (route.rewrite) {
    return `as ${route.rewrite}`;
  }
  return route.strip && route.path !== "/" ? "without the prefix" : "as it is";
}

// What was counted on it since the platform started; figures: label → what GET /api/v1/routes says.
function counted(figures) {
  const of = (route) => figures.get(route.label);
  const cell = (name, text) => ({
    name,
    class: "number",
    cell: (route) => (of(route) ? h("span", {}, text(of(route))) : h("span", { class: "muted" }, "–")),
  });
  return [
    cell("Requests", (one) => String(one.requests)),
    cell("Errors", (one) => String(one.errors)),
    cell("Time-outs", (one) => String(one.timeouts)),
    cell("p99", (one) => (one.p99Millis === undefined ? "–" : `${one.p99Millis.toFixed(1)} ms`)),
  ];
}

export function routeTable(routes, withService = true, figures = undefined) {
  return table(
    "Routes",
    [
      { name: "Path", class: "title", cell: (route) => h("code", { class: "break" }, route.path) },
      { name: "Host", cell: (route) => (route.host ? h("code", { class: "break" }, route.host) : h("span", { class: "muted" }, "any")) },
      { name: "Asks for", cell: (route) => h("span", { class: asks(route) ? "break" : "muted" }, asks(route) || "nothing more") },
      withService && { name: "Service", cell: (route) => h("a", { class: "break", href: link("services", route.service) }, route.service) },
      { name: "Sent on", cell: (route) => h("span", { class: "break" }, sent(route)) },
      ...(figures ? counted(figures) : []),
      { name: "From", cell: (route) => source(route, world.routes) },
    ].filter(Boolean),
    routes,
    (route) => `${route.source} ${route.host} ${route.path} ${route.service} ${asks(route)}`,
  );
}
