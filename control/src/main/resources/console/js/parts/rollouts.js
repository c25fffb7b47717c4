import { abort, pause, proceed, promote } from "../actions/rollout.js";
import { h } from "../dom.js";
import { plural } from "../format.js";
import { onTrial, rolloutTitle } from "./state.js";
import { ended } from "../world.js";
import { rolloutHead, steps } from "./steps.js";

// Which roll-outs a reader has opened or closed by hand, so that a redraw keeps it.
const chosen = new Map();

/** A roll-out with its steps, which can be folded away. */
export function rolloutCard(rollout, { open = false, withService = false, level = "h3" } = {}) {
  const shown = chosen.get(rollout.id) ?? open;
  return h(
    "article",
    { class: "card", key: rollout.id },
    rolloutHead(rollout, { withService, level, actions: h("div", { class: "buttons" }, actions(rollout), fold(rollout, shown)) }),
    rollout.reason ? h("p", { class: `notice reason ${rollout.state === "succeeded" ? "" : "bad"}` }, rollout.reason) : null,
    shown ? steps(rollout) : null,
  );
}

function fold(rollout, shown) {
  const count = rollout.steps?.length ?? 0;
  return h(
    "button",
    {
      class: "button quiet little",
      type: "button",
      "aria-expanded": String(shown),
      "aria-label": `Steps of ${rollout.service}, ${rolloutTitle(rollout)}`,
      on: {
        click: () => {
          chosen.set(rollout.id, !shown);
          dispatchEvent(new Event("redraw"));
        },
      },
    },
    count === 0 ? "Steps" : plural(count, "step"),
    h("span", { class: "twist", "aria-hidden": "true" }),
  );
}

/** What can be done to a roll-out that has not ended. */
export function actions(rollout) {
  if (ended(rollout)) {
    return null;
  }
  const button = (name, click) => h("button", { class: "button little", type: "button", on: { click: () => click(rollout) } }, name);
  return [
    rollout.state === "paused" ? button("Go on", proceed) : button("Pause", pause),
    onTrial(rollout) ? button("Promote", promote) : null,
    button("Abort", abort),
  ];
}
