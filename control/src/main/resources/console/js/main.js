// Begins: draws header, page and footer from what is known, again whenever that changes.

import { signedIn, signInPage } from "./actions/sign-in.js";
import { h, render } from "./dom.js";
import { age } from "./format.js";
import * as live from "./live.js";
import { eventsPage } from "./pages/events.js";
import { overview } from "./pages/overview.js";
import { rolloutsPage } from "./pages/rollouts.js";
import { routesPage } from "./pages/routes.js";
import { servicePage } from "./pages/service.js";
import { subscribersPage } from "./pages/subscribers.js";
import { link, parts, start } from "./router.js";
import { mayRead, session, signOut } from "./session.js";
import { dark, toggle } from "./theme.js";
import { changed, listen, underWay, world } from "./world.js";

const TICK_MILLIS = 1000;
const STALE_MILLIS = 4000;

const NAVIGATION = [
  ["", "Overview"],
  ["rollouts", "Roll-outs"],
  ["events", "Events"],
  ["routes", "Routes"],
  ["subscribers", "Subscribers"],
];

const PAGES = {
  services: servicePage,
  rollouts: rolloutsPage,
  events: eventsPage,
  routes: routesPage,
  subscribers: subscribersPage,
};

const nowhere = {
  title: () => "Not found",
  draw: () => [
    h("div", { class: "page-head" }, h("h1", { tabindex: "-1" }, "There is no such page")),
    h("p", {}, h("a", { href: link() }, "To the overview")),
  ],
};

const gate = { problem: "", busy: false };

function pageOf(names) {
  if (names.length === 0 || (names[0] === "services" && names.length === 1) || names[0] === "login") {
    return overview;
  }
  return PAGES[names[0]] ?? nowhere;
}

function draw() {
  const names = parts();
  const page = pageOf(names);
  document.title = `${page.title(names)} · Roadstead`;
  render(document.getElementById("top"), header(names), banner());
  render(document.getElementById("main"), inside(page, names));
}

function inside(page, names) {
  if (session.known && !mayRead()) {
    return signInPage(gate, changed);
  }
  if (!world.known) {
    return h("p", { class: "muted first" }, world.tried ? "The platform does not answer. Trying again …" : "Asking the platform …");
  }
  return h("div", { key: names.slice(0, 2).join("/") }, page.draw(names));
}

function header(names) {
  const moving = underWay().length;
  return h(
    "div",
    { class: "top-row" },
    h("a", { class: "brand", href: link() }, anchor(), "Roadstead"),
    h(
      "nav",
      { class: "nav", "aria-label": "Pages" },
      h(
        "ul",
        {},
        (session.known && !mayRead() ? [] : NAVIGATION).map(([name, words]) =>
          h(
            "li",
            {},
            h(
              "a",
              { href: link(...(name ? [name] : [])), "aria-current": current(name, names) ? "page" : null },
              words,
              name === "rollouts" && moving > 0
                ? h("span", { class: "count" }, String(moving), h("span", { class: "unseen" }, " under way"))
                : null,
            ),
          ),
        ),
      ),
    ),
    h("div", { class: "tools" }, mayRead() ? connection() : null, theme(), account()),
  );
}

const current = (name, names) => (names[0] ?? "") === name || (name === "" && ["services", "login"].includes(names[0]));

const connection = () =>
  h("span", { class: "live", "data-state": world.connected ? "live" : "waiting" }, h("span", {}, world.connected ? "Live" : "Not live"));

function theme() {
  const words = dark() ? "Use light colours" : "Use dark colours";
  return h(
    "button",
    {
      class: "button quiet icon",
      type: "button",
      title: words,
      "aria-label": words,
      on: {
        click: () => {
          toggle();
          changed();
        },
      },
    },
    icon(
      dark()
        ? "M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6l1.5 1.5M16.9 16.9l1.5 1.5M5.6 18.4l1.5-1.5M16.9 7.1l1.5-1.5M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8"
        : "M20 14.5A8.5 8.5 0 0 1 9.5 4A8.5 8.5 0 1 0 20 14.5Z",
    ),
  );
}

function account() {
  if (!session.known) {
    return null;
  }
  return session.changing
    ? h("button", { class: "button", type: "button", title: `Signed in as ${session.user}`, on: { click: () => signOut().catch(() => {}) } }, "Sign out")
    : mayRead()
      ? h("button", { class: "button", type: "button", on: { click: signedIn } }, "Sign in")
      : null;
}

const icon = (path) =>
  h(
    "svg",
    { viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": "2", "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" },
    h("path", { d: path }),
  );

const anchor = () => icon("M12 7v14M7.5 11h9M3 13.5C3.6 18 7.2 21 12 21s8.4-3 9-7.5M12 2a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5");

function banner() {
  const old = performance.now() - world.heardAt;
  if (!world.known || !mayRead() || (world.connected && old < STALE_MILLIS) || old < STALE_MILLIS) {
    return null;
  }
  return h(
    "div",
    { class: "banner" },
    h("p", {}, "Connection to the platform lost. What you see is ", h("strong", { class: "figure" }, age(old)), " old; trying again by itself."),
  );
}

function arrived() {
  draw();
  scrollTo(0, 0);
  document.querySelector("#main h1")?.focus({ preventScroll: true });
}

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  event.stopPropagation();
  document.getElementById("main").focus();
});
start();
listen(draw);
addEventListener("arrived", arrived);
addEventListener("redraw", changed);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
// Ages grow although nothing happens.
setInterval(changed, TICK_MILLIS);
draw();
live.start();
