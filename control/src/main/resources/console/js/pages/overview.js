import { deploy } from "../actions/deploy.js";
import { spark } from "../chart.js";
import { h } from "../dom.js";
import { millis, NONE, number, plural, share } from "../format.js";
import { eventList } from "../parts/events.js";
import { serviceState } from "../parts/state.js";
import { progress, rolloutHead, waitsFor } from "../parts/steps.js";
import { table } from "../parts/table.js";
import { link } from "../router.js";
import { fewer, highest, mean } from "../series.js";
import { figures, underWay, world } from "../world.js";

const EVENTS = 12;

export const overview = {
  title: () => "Overview",
  draw: () => {
    if (world.services.length === 0) {
      return [head(), nothingYet(), recent()];
    }
    return [
      head(),
      h("div", { class: "stack" }, totals(), services(), h("div", { class: "columns" }, rollouts(), recent())),
    ];
  },
};

function head() {
  return h(
    "div",
    { class: "page-head" },
    h("div", { class: "words" }, h("h1", { tabindex: "-1" }, "Overview")),
    h("button", { class: "button primary", type: "button", on: { click: () => deploy() } }, "Deploy a service"),
  );
}

function nothingYet() {
  return h(
    "section",
    { class: "card nothing large", "aria-labelledby": "nothing-yet" },
    h("h2", { id: "nothing-yet" }, "No services yet"),
    h("p", {}, "Deploy a jar here with the button above, or from a terminal. A service listens on the port that the variable PORT names."),
    h("pre", { class: "command", tabindex: "0" }, h("code", {}, "roadstead deploy orders --jar build/orders.jar --replicas 2")),
    h("p", {}, "Services that register themselves, by the Eureka interface or the API, appear here too."),
  );
}

function totals() {
  const all = figures("");
  const desired = world.services.reduce((sum, one) => sum + (one.managed ? one.desired : one.ready), 0);
  const ready = world.services.reduce((sum, one) => sum + one.ready, 0);
  const moving = underWay();
  const lagging = world.subscribers.filter((one) => one.lagging).length;
  const gateways = world.subscribers.filter((one) => one.kind === "gateway").length;
  return h(
    "section",
    { class: "card clipped", "aria-label": "The platform at a glance" },
    h(
      "dl",
      { class: "tiles" },
      tile("Instances ready", `${ready} of ${desired}`, `of ${plural(world.services.length, "service")}`),
      tile("Requests per second", number(all.recent.requestsPerSecond), world.figuresKnown ? "through the gateways" : "no gateway reports"),
      tile("Failed", share(all.recent.errorShare), "of these requests"),
      tile("p99", millis(all.recent.p99Millis), `p50 ${millis(all.recent.p50Millis)}`),
      tile("Roll-outs", number(moving.length), moving.length === 0 ? "none under way" : "under way"),
      tile(
        "Subscribers",
        number(world.subscribers.length),
        lagging > 0 ? `${lagging} lagging` : plural(gateways, "gateway") + ", all up to date",
      ),
    ),
  );
}

function tile(name, value, more) {
  return h("div", { class: "tile" }, h("dt", {}, name), h("dd", {}, value, h("small", {}, more)));
}

function services() {
  return h(
    "section",
    { class: "card", "aria-labelledby": "services" },
    h("div", { class: "card-head" }, h("h2", { id: "services" }, "Services")),
    table(
      "Services",
      [
        {
          name: "Service",
          class: "title",
          cell: (one) => h("strong", { class: "break" }, h("a", { href: link("services", one.name) }, one.name)),
        },
        { name: "State", cell: (one) => serviceState(one) },
        { name: "Version", cell: (one) => (one.version ? h("span", { class: "tag" }, one.version) : null) },
        {
          name: "Ready",
          cell: (one) => h("span", { class: "nowrap" }, one.managed ? `${one.ready} of ${one.desired}` : String(one.ready)),
        },
        { name: "Requests per second", cell: (one) => requests(figures(one.name)) },
        { name: "Failed", cell: (one) => h("span", { class: "figure nowrap" }, share(figures(one.name).recent.errorShare)) },
        { name: "p50 / p99", cell: (one) => latency(figures(one.name)) },
      ],
      world.services,
      (one) => one.name,
    ),
  );
}

function requests(of) {
  const values = fewer(of, of.requests, { join: mean });
  return h(
    "span",
    { class: "with-spark" },
    h("span", { class: "figure nowrap" }, number(of.recent.requestsPerSecond)),
    spark([{ name: "requests", values, kind: "requests" }], "Requests per second", number),
  );
}

function latency(of) {
  return h(
    "span",
    { class: "with-spark" },
    h("span", { class: "figure nowrap wide" }, pair(of.recent)),
    spark(
      [
        { name: "p99", values: fewer(of, of.p99, { join: highest }), kind: "p99" },
        { name: "p50", values: fewer(of, of.p50, { join: highest }), kind: "p50" },
      ],
      "Latency",
      millis,
    ),
  );
}

const pair = ({ p50Millis, p99Millis }) => (p50Millis ?? p99Millis ?? null) === null ? NONE : `${millis(p50Millis)} / ${millis(p99Millis)}`;

function rollouts() {
  const moving = underWay();
  const shown = moving.length > 0 ? moving : world.rollouts.slice(0, 5);
  return h(
    "section",
    { class: "card", "aria-labelledby": "rollouts" },
    h(
      "div",
      { class: "card-head" },
      h("h2", { id: "rollouts" }, moving.length > 0 ? "Roll-outs under way" : "Last roll-outs"),
      h("a", { class: "more", href: link("rollouts") }, "All roll-outs"),
    ),
    shown.length === 0
      ? h("p", { class: "nothing" }, "None yet.")
      : h(
          "ul",
          { class: "list" },
          shown.map((one) => h("li", { class: "flush", key: one.id }, rolloutHead(one, { withService: true }), waiting(one))),
        ),
  );
}

function waiting(rollout) {
  const words = waitsFor(rollout);
  if (words === "") {
    return null;
  }
  const { done, all } = progress(rollout);
  return h("p", { class: "now small muted break" }, `${done} of ${plural(all, "step")} done · ${words}`);
}

function recent() {
  return h(
    "section",
    { class: "card", "aria-labelledby": "recent" },
    h(
      "div",
      { class: "card-head" },
      h("h2", { id: "recent" }, "Last events"),
      h("a", { class: "more", href: link("events") }, "All events"),
    ),
    world.events.length === 0
      ? h("p", { class: "nothing" }, "Nothing has happened yet.")
      : eventList(world.events.slice(0, EVENTS), { brief: true }),
  );
}
