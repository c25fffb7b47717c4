import { h } from "../dom.js";
import { plural } from "../format.js";
import { actions, rolloutCard } from "../parts/rollouts.js";
import { rolloutHead, steps } from "../parts/steps.js";
import { link } from "../router.js";
import { ended, rollout, underWay, world } from "../world.js";

const SHOWN = 60;

/** All roll-outs, or one. */
export const rolloutsPage = {
  title: ([, id]) => (id ? `Roll-out ${id}` : "Roll-outs"),
  draw: ([, id]) => (id ? one(id) : all()),
};

function all() {
  const moving = underWay();
  const past = world.rollouts.filter(ended);
  return [
    h(
      "div",
      { class: "page-head" },
      h(
        "div",
        { class: "words" },
        h("h1", { tabindex: "-1" }, "Roll-outs"),
        h("p", {}, moving.length === 0 ? "None is under way." : `${plural(moving.length, "roll-out")} under way.`),
      ),
    ),
    h(
      "div",
      { class: "stack" },
      moving.map((each) => rolloutCard(each, { open: true, withService: true, level: "h2" })),
      past.slice(0, SHOWN).map((each) => rolloutCard(each, { withService: true, level: "h2" })),
      world.rollouts.length === 0
        ? h(
            "div",
            { class: "card nothing large" },
            h("h2", {}, "No roll-outs yet"),
            h("p", {}, "Each change of a service is one: a deployment, a scale, a restart, a roll-back."),
          )
        : null,
    ),
  ];
}

function one(id) {
  const found = rollout(id);
  if (found === undefined) {
    return [
      h("div", { class: "page-head" }, h("div", { class: "words" }, crumbs(), h("h1", { tabindex: "-1" }, `Roll-out ${id}`))),
      h("div", { class: "card nothing large" }, h("h2", {}, "It is not kept any more"), h("p", {}, "Only the latest roll-outs are kept. What happened is still told by the events.")),
    ];
  }
  return [
    h(
      "div",
      { class: "page-head" },
      h(
        "div",
        { class: "words" },
        crumbs(),
        h("h1", { tabindex: "-1" }, found.service),
      ),
      h("div", { class: "buttons" }, actions(found)),
    ),
    h(
      "section",
      { class: "card", "aria-label": "The roll-out" },
      rolloutHead(found, { level: "h2" }),
      found.reason ? h("p", { class: `notice reason ${found.state === "succeeded" ? "" : "bad"}` }, found.reason) : null,
      steps(found),
    ),
    h("p", { class: "after small muted" }, h("span", { class: "mono" }, found.id), " · ", h("a", { href: link("services", found.service) }, `to ${found.service}`)),
  ];
}

const crumbs = () => h("nav", { class: "crumbs", "aria-label": "Where you are" }, h("a", { href: link("rollouts") }, "Roll-outs"));
