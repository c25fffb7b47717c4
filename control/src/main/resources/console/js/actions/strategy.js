// How a new version takes the place of the old: the part of the deployment's dialog that asks for it.

import { h } from "../dom.js";

const MOST_STEPS = 20;
const MOST_SECONDS = 24 * 60 * 60;
const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600 };
const STEP = /^(\d{1,3}) *%?(?:(?: +for)? +(\d{1,8})(ms|s|m|h))?$/;
// What another strategy has no use for.
const STAGES = ["steps", "sampleTimeout", "warm", "promote"];

/** What the dialog begins with: nothing about it is said, so it stays as it is. */
export const AS_IT_IS = { strategy: "", steps: "", promote: "auto" };

const staged = (state) => state.strategy === "canary" || state.strategy === "blue-green";

/** @returns {{ steps: object[], problem: string }} the steps as the API has them; none where none are given */
export function stepsOf(text) {
  const steps = [];
  if (text.trim() === "") {
    return { steps, problem: "" };
  }
  let before = 0;
  for (const each of text.split(",")) {
    const found = STEP.exec(each.trim());
    if (!found) {
      return { steps, problem: `A step is a share and a time, as in 5% 30s: “${each.trim()}” is not.` };
    }
    const share = Number(found[1]);
    if (share < 1 || share > 99) {
      return { steps, problem: `A step's share is 1 to 99 %, not ${share}: all comes after the last.` };
    }
    if (share <= before) {
      return { steps, problem: `Shares grow from step to step: ${share} % comes after ${before} %.` };
    }
    if (found[2] && Number(found[2]) * SECONDS[found[3]] > MOST_SECONDS) {
      return { steps, problem: `A step takes 24h at most, not ${found[2]}${found[3]}.` };
    }
    before = share;
    steps.push(found[2] ? { share, for: `${found[2]}${found[3]}` } : { share });
  }
  return { steps, problem: steps.length > MOST_STEPS ? `There are ${steps.length} steps, at most ${MOST_STEPS} are possible.` : "" };
}

/** What is wrong with it, or "". */
export const strategyProblem = (state) => (state.strategy === "canary" ? stepsOf(state.steps).problem : "");

/** The section of the specification, with what was chosen in place of what was there. */
export function withStrategy(rollout, state) {
  if (state.strategy === "") {
    return rollout;
  }
  const chosen = { ...rollout, strategy: state.strategy };
  if (rollout?.strategy !== state.strategy) {
    STAGES.forEach((key) => delete chosen[key]);
  }
  if (staged(state)) {
    chosen.promote = state.promote;
  }
  const { steps } = stepsOf(state.steps);
  if (state.strategy === "canary" && steps.length > 0) {
    chosen.steps = steps;
  }
  return chosen;
}

export function strategyFields(state, one, redraw) {
  const bind = (key) => ({
    value: state[key],
    on: {
      input: (event) => {
        state[key] = event.target.value;
        redraw();
      },
    },
  });
  const option = (value, words) => h("option", { value, key: value }, words);
  return h(
    "div",
    { class: "row" },
    field(
      "Strategy",
      h(
        "select",
        { class: "input", ...bind("strategy") },
        option("", one ? "as it is specified" : "the default (rolling)"),
        option("rolling", "rolling"),
        option("canary", "canary"),
        option("blue-green", "blue-green"),
        option("recreate", "recreate"),
      ),
    ),
    state.strategy === "canary"
      ? field(
          "Steps",
          h("input", {
            class: "input",
            autocomplete: "off",
            spellcheck: "false",
            maxlength: "400",
            placeholder: "5% 30s, 25% 30s, 50% 30s",
            ...bind("steps"),
          }),
          "Share and time of each. Empty: those specified, or the usual.",
        )
      : null,
    staged(state)
      ? field("Promotion", h("select", { class: "input", ...bind("promote") }, option("auto", "by itself"), option("manual", "by hand")))
      : null,
  );
}

const field = (name, input, hint) =>
  h("label", { class: "field", key: name }, h("span", { class: "label" }, name), input, hint ? h("span", { class: "hint" }, hint) : null);

/** What becomes of the old version as the new one comes, for the strategy that was chosen. */
export function course(state, from, to) {
  const hand = state.promote === "manual" ? " when somebody promotes it" : "";
  switch (state.strategy) {
    case "canary": {
      const shares = stepsOf(state.steps).steps.map((step) => `${step.share} %`);
      const some = shares.length > 0 ? shares.join(", ") : "a growing share";
      return `${to} gets ${some} of the requests beside ${from} and is judged at each step; then it gets all${hand}. If it is worse, ${from} has everything again at once.`;
    }
    case "blue-green":
      return `all instances of ${to} start without a request, then all requests go over at once${hand}. If it does not become healthy, ${from} stays.`;
    case "recreate":
      return `all instances of ${from} end before the first of ${to} starts. Meanwhile nobody answers.`;
    default:
      return `each new instance is available before an old one is drained and stopped. No request is lost. If the new version does not become healthy, ${from} stays.`;
  }
}
