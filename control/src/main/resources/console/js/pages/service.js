// A service's page: tabs with addresses of their own.

import { deploy } from "../actions/deploy.js";
import { drain, resume } from "../actions/drain.js";
import { restart } from "../actions/restart.js";
import { rollback } from "../actions/rollback.js";
import { scale } from "../actions/scale.js";
import { chart } from "../chart.js";
import { h } from "../dom.js";
import { age, millis, NONE, number, plural, share } from "../format.js";
import { allEvents, eventList } from "../parts/events.js";
import { history } from "../parts/history.js";
import { logs } from "../parts/logs.js";
import { specification } from "../parts/specification.js";
import { routeTable } from "../parts/routes.js";
import { rolloutCard } from "../parts/rollouts.js";
import { instanceState, serviceState } from "../parts/state.js";
import { table } from "../parts/table.js";
import { link } from "../router.js";
import { fewer, highest, mean, STEPS } from "../series.js";
import { ended, figures, rolloutOf, service, since, world } from "../world.js";

const TABS = [
  ["", "Overview"],
  ["rollouts", "Roll-outs"],
  ["logs", "Logs"],
  ["events", "Events"],
  ["history", "History"],
];

export const servicePage = {
  title: ([, name]) => name,
  draw: ([, name, tab = ""]) => {
    const one = service(name);
    if (one === undefined) {
      return gone(name, tab);
    }
    return [head(one), tabs(name, tab), content(one, tab)];
  },
};

function gone(name, tab) {
  return [
    h("div", { class: "page-head" }, h("div", { class: "words" }, crumbs(), h("h1", { tabindex: "-1" }, name))),
    h(
      "div",
      { class: "card nothing large" },
      h("h2", {}, "There is no such service now"),
      h("p", {}, `Nothing named “${name}” is deployed or registered. It may have been removed; its events are still kept.`),
      h("a", { class: "button", href: `${link("events")}?service=${encodeURIComponent(name)}` }, "Its events"),
    ),
    tab === "" ? null : h("p", {}, h("a", { href: link() }, "All services")),
  ];
}

const crumbs = () => h("nav", { class: "crumbs", "aria-label": "Where you are" }, h("a", { href: link() }, "Services"));

function head(one) {
  return h(
    "div",
    { class: "page-head" },
    h(
      "div",
      { class: "words" },
      crumbs(),
      h(
        "div",
        { class: "subject" },
        h("h1", { tabindex: "-1" }, one.name),
        serviceState(one, true),
        one.version ? h("span", { class: "tag" }, one.version) : null,
      ),
      h("p", {}, one.managed ? `${one.ready} of ${plural(one.desired, "instance")} ready` : `${plural(one.ready, "instance")} up; registered by itself, not deployed here`),
    ),
    one.managed
      ? h(
          "div",
          { class: "buttons" },
          action("Deploy", () => deploy(one.name), "primary"),
          action("Scale", () => scale(one)),
          action("Restart", () => restart(one)),
          action("Roll back", () => rollback(one)),
        )
      : null,
  );
}

const action = (name, click, kind = "") => h("button", { class: `button ${kind}`, type: "button", on: { click } }, name);

function tabs(name, current) {
  return h(
    "nav",
    { class: "tabs", "aria-label": `Parts of ${name}` },
    h(
      "ul",
      {},
      TABS.map(([tab, words]) =>
        h(
          "li",
          {},
          h(
            "a",
            {
              href: tab === "" ? link("services", name) : link("services", name, tab),
              "aria-current": tab === current ? "page" : null,
            },
            words,
          ),
        ),
      ),
    ),
  );
}

function content(one, tab) {
  switch (tab) {
    case "rollouts":
      return rollouts(one);
    case "logs":
      return h("div", { key: `logs ${one.name}` }, logs(one));
    case "events":
      return events(one);
    case "history":
      return h("div", { key: `history ${one.name}` }, history(one));
    default:
      return h("div", { class: "stack", key: "overview" }, current(one), charts(one), versions(one), instances(one), routes(one), h("div", { key: "facts" }, specification(one)));
  }
}

function current(one) {
  const rollout = rolloutOf(one);
  return rollout && !ended(rollout) ? rolloutCard(rollout, { open: true, level: "h2" }) : null;
}

function charts(one) {
  const of = figures(one.name);
  const { recent } = of;
  const line = (name, kind, values, join, value) => ({ name, kind, values: fewer(of, values, { group: 2, join }), now: value });
  return h(
    "section",
    { class: "columns three", "aria-label": "Figures of the last five minutes" },
    card(
      chart([line("requests", "requests", of.requests, mean, recent.requestsPerSecond)], {
        label: "Requests per second",
        format: number,
        seconds: STEPS,
      }),
    ),
    card(
      chart([line("failed", "errors", of.errors, highest, recent.errorShare)], {
        label: "Failed",
        format: share,
        seconds: STEPS,
        least: 0.01,
      }),
    ),
    card(
      chart(
        [
          line("p99", "p99", of.p99, highest, recent.p99Millis),
          line("p50", "p50", of.p50, highest, recent.p50Millis),
        ],
        { label: "Latency", format: millis, seconds: STEPS },
      ),
    ),
  );
}

// While two versions take requests, or are to share them, how each of them fares.
function versions(one) {
  const split = one.split ?? {};
  const named = Object.keys(split);
  const silent = { recent: {} };
  const told = figures(one.name).versions;
  const busy = Object.keys(told).filter((version) => told[version].recent.requestsPerSecond > 0);
  const all = [...new Set([...named, ...busy])].sort().map((version) => [version, told[version] ?? silent]);
  if (all.length < 2 && named.length === 0) {
    return null;
  }
  return h(
    "section",
    { class: "card", "aria-labelledby": "versions" },
    h("div", { class: "card-head" }, h("h2", { id: "versions" }, "By version")),
    table(
      "Figures by version",
      [
        { name: "Version", class: "title", cell: ([version]) => h("span", { class: "tag" }, version) },
        ...(named.length === 0 ? [] : [{ name: "Share", cell: ([version]) => h("span", {}, version in split ? `${split[version]} %` : NONE) }]),
        { name: "Requests per second", cell: ([, said]) => h("span", {}, number(said.recent.requestsPerSecond ?? 0)) },
        { name: "Failed", cell: ([, said]) => h("span", {}, share(said.recent.errorShare)) },
        { name: "p50 / p99", cell: ([, said]) => h("span", {}, `${millis(said.recent.p50Millis)} / ${millis(said.recent.p99Millis)}`) },
      ],
      all,
      ([version]) => version,
    ),
  );
}

const card = (inside) => h("div", { class: "card" }, inside);

function instances(one) {
  return h(
    "section",
    { class: "card", "aria-labelledby": "instances" },
    h("div", { class: "card-head" }, h("h2", { id: "instances" }, "Instances")),
    one.instances.length === 0
      ? h("p", { class: "nothing" }, one.desired === 0 ? "It is scaled to none. Scale it to one or more to start it." : "None yet.")
      : table(
          `Instances of ${one.name}`,
          [
            {
              name: "Instance",
              class: "title",
              cell: (i) =>
                h(
                  "span",
                  {},
                  h("a", { class: "mono break", href: `${link("services", one.name, "logs")}?instance=${encodeURIComponent(i.id)}` }, i.id),
                  h("span", { class: "sub" }, [`${i.host}:${i.port}`, i.pid ? `pid ${i.pid}` : ""].filter(Boolean).join(" · ")),
                ),
            },
            { name: "State", cell: instanceState },
            { name: "Version", cell: (i) => (i.version ? h("span", { class: "tag" }, i.version) : null) },
            { name: "Age", cell: (i) => h("span", { class: "nowrap" }, age(since(i.startedAt ?? i.registeredAt))) },
            { name: "Up for", cell: (i) => (i.status === "UP" && i.changedAt ? h("span", { class: "nowrap" }, age(since(i.changedAt))) : null) },
            { name: "Load", cell: (i) => load(figures(one.name).instances[i.id]) },
            { name: "Failed", cell: (i) => failed(figures(one.name).instances[i.id]) },
            { name: "p99", cell: (i) => latency(figures(one.name).instances[i.id]) },
            { name: "Restarts", cell: (i) => (i.restarts ? h("span", { class: "state warn" }, number(i.restarts)) : i.managed ? "0" : null) },
            { name: "Actions", hidden: true, class: "bare right", cell: (i) => instanceAction(one, i) },
          ],
          one.instances,
          (i) => i.id,
        ),
  );
}

function load(said) {
  const rate = said?.recent.requestsPerSecond ?? 0;
  return h("span", {}, `${number(rate)}/s`, h("span", { class: "sub nowrap" }, `${number(said?.point.inFlight ?? 0)} in flight`));
}

/** Those of the service itself; what clients did wrong is said where there was any. */
function failed(said) {
  const recent = said?.recent;
  if (!recent?.requestsPerSecond) {
    return h("span", {}, NONE);
  }
  return h(
    "span",
    {},
    h("span", { class: recent.errorShare > 0 ? "state bad" : "" }, share(recent.errorShare)),
    recent.clientErrorShare > 0 ? h("span", { class: "sub nowrap" }, `${share(recent.clientErrorShare)} by the client`) : null,
  );
}

function latency(said) {
  const recent = said?.recent;
  return h(
    "span",
    {},
    h("span", { class: "nowrap" }, millis(recent?.p99Millis)),
    typeof recent?.p50Millis === "number" ? h("span", { class: "sub nowrap" }, `half in ${millis(recent.p50Millis)}`) : null,
  );
}

function instanceAction(one, instance) {
  const out = instance.detached || instance.status === "DRAINING";
  if (instance.managed && !out && !["available", "settling"].includes(instance.phase)) {
    return null;
  }
  if (instance.managed && out && !instance.detached) {
    return null;
  }
  return h(
    "button",
    {
      class: "button little",
      type: "button",
      "aria-label": `${out ? "Resume" : "Drain"} ${instance.id}`,
      on: { click: () => (out ? resume(one, instance) : drain(one, instance)) },
    },
    out ? "Resume" : "Drain",
  );
}

function routes(one) {
  const own = world.routes.filter((route) => route.service === one.name);
  return h(
    "section",
    { class: "card", "aria-labelledby": "routes" },
    h("div", { class: "card-head" }, h("h2", { id: "routes" }, "Routes")),
    own.length === 0
      ? h("p", { class: "nothing" }, "No route of the gateway leads here: other services find it by its name.")
      : routeTable(own, false),
  );
}

function rollouts(one) {
  const own = world.rollouts.filter((rollout) => rollout.service === one.name);
  return h(
    "div",
    { class: "stack", key: "rollouts" },
    own.length === 0 ? h("p", { class: "card nothing" }, "No roll-out yet.") : own.map((rollout, i) => rolloutCard(rollout, { open: i === 0, level: "h2" })),
  );
}

function events(one) {
  const own = allEvents().filter((event) => event.service === one.name);
  return h(
    "section",
    { class: "card", key: "events", "aria-label": `Events of ${one.name}` },
    own.length === 0 ? h("p", { class: "nothing" }, "Nothing has happened to it that is still kept here.") : eventList(own.slice(0, 200)),
  );
}
