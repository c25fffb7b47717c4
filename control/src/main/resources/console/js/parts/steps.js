// A roll-out and its steps: what is done, to whom, when within the whole, how long it took or has
// been going on, and what it waits for.

import { h } from "../dom.js";
import { length } from "../format.js";
import { link } from "../router.js";
import { ended, now } from "../world.js";
import { rolloutState, rolloutTitle } from "./state.js";
import { relative } from "./time.js";

const NAMES = {
  start: "Start",
  probe: "Probe",
  warm: "Warm up",
  available: "Available",
  drain: "Drain",
  idle: "Requests end",
  retire: "Retire",
  stop: "Stop",
  canary: "Canary",
  promote: "Promote",
  switch: "Switch",
  return: "Return",
  wait: "Wait",
  abort: "Abort",
};

const STATES = { running: "under way", done: "done", failed: "failed", skipped: "skipped" };
const TONES = { running: "move", done: "good", failed: "bad", skipped: "idle" };

const millisOf = (step) => step.millis ?? Math.max(0, now() - Date.parse(step.startedAt));

/** How long a roll-out took, or has been going on. */
export const lasts = (rollout) => rollout.durationMillis ?? Math.max(0, now() - Date.parse(rollout.startedAt));

/** What a roll-out waits for right now, in a few words, or "". */
export function waitsFor(rollout) {
  const running = (rollout.steps ?? []).filter((step) => step.state === "running");
  if (ended(rollout)) {
    return "";
  }
  if (running.length === 0) {
    return rollout.state === "paused" ? "paused: no further step begins" : "";
  }
  const step = running.at(-1);
  const more = running.length > 1 ? ` (and ${running.length - 1} more)` : "";
  return `${NAMES[step.name] ?? step.name} ${step.instance ?? ""}${step.detail ? ": " + step.detail : ""}${more}`;
}

/** How far it is: steps done of those that are known. */
export function progress(rollout) {
  const steps = rollout.steps ?? [];
  return { done: steps.filter((step) => step.state !== "running").length, all: steps.length };
}

export function steps(rollout) {
  const begun = Date.parse(rollout.startedAt);
  const whole = Math.max(1, lasts(rollout));
  const all = rollout.steps ?? [];
  if (all.length === 0) {
    return h("p", { class: "nothing" }, ended(rollout) ? "It ended before its first step." : "No step has begun yet.");
  }
  return h(
    "ol",
    { class: "steps", "aria-label": `Steps of ${rolloutTitle(rollout)}` },
    all.map((step, i) => {
      const millis = millisOf(step);
      const from = Math.min(99, Math.max(0, ((Date.parse(step.startedAt) - begun) / whole) * 100));
      const width = Math.min(100 - from, (millis / whole) * 100);
      return h(
        "li",
        { class: `step ${step.state}`, key: `${i} ${step.name} ${step.instance ?? ""}` },
        h(
          "span",
          { class: `state ${TONES[step.state] ?? "idle"}` },
          NAMES[step.name] ?? step.name,
          h("span", { class: "unseen" }, `, ${STATES[step.state] ?? step.state}`),
        ),
        h("span", { class: "who" }, step.instance ?? ""),
        h(
          "span",
          { class: "track", "aria-hidden": "true" },
          h("span", { style: { "--from": `${from.toFixed(2)}%`, "--width": `${width.toFixed(2)}%` } }),
        ),
        h("span", { class: "took" }, length(millis)),
        h("span", { class: "detail" }, step.detail ?? ""),
      );
    }),
  );
}

/** The head of a roll-out: what, how it stands, how long. */
export function rolloutHead(rollout, { withService = false, actions = null, level = "h3" } = {}) {
  return h(
    "div",
    { class: "rollout-head" },
    h(
      "div",
      { class: "what" },
      h(
        level,
        {},
        withService ? [h("a", { href: link("services", rollout.service) }, rollout.service), " · "] : null,
        h("a", { href: link("rollouts", rollout.id) }, rolloutTitle(rollout)),
      ),
      h(
        "p",
        { class: "muted small" },
        "by ",
        rollout.by ?? "–",
        ", ",
        relative(rollout.startedAt),
        ended(rollout) ? `, took ${length(lasts(rollout))}` : `, for ${length(lasts(rollout))}`,
        rollout.why ? `: “${rollout.why}”` : null,
      ),
    ),
    rolloutState(rollout),
    actions,
  );
}
