// The course of every action: sign in if need be, say what will happen, do it when it is confirmed,
// then show the roll-out step by step until it has ended or the reader has seen enough.

import { announce } from "../announce.js";
import { button, dialog, frame } from "../dialog.js";
import { h } from "../dom.js";
import { plural } from "../format.js";
import { progress, rolloutHead, steps } from "../parts/steps.js";
import { go, link } from "../router.js";
import { refresh } from "../session.js";
import { ended, rollout } from "../world.js";
import { signedIn } from "./sign-in.js";

/**
 * title: what is asked; says(state): what will happen, and the fields; go: the word on the button;
 * tone: "primary" or "danger"; ready(state): whether it can be done; run(state, { redraw, signal,
 * data }): does it, and gives the id of the roll-out or null; done: what is said where there is none.
 */
export async function ask({ title, says, confirm, tone = "primary", ready = () => true, run, done, wide, state = {} }) {
  if (!(await signedIn())) {
    return;
  }
  Object.assign(state, { phase: "asking", problem: "", rollout: null });
  const abort = new AbortController();
  const act = async (data, redraw) => {
    Object.assign(state, { phase: "working", problem: "" });
    redraw();
    try {
      state.rollout = await run(state, { redraw, data, signal: abort.signal });
      state.phase = "following";
    } catch (problem) {
      state.phase = "asking";
      state.problem = problem.message;
      if (problem.credential || problem.status === 403) {
        await refresh().catch(() => {});
        state.problem += (await signedIn()) ? "\nYou are signed in again: try once more." : "";
      }
    }
    redraw();
  };
  await dialog(
    (tools) =>
      state.phase === "following" ? following(state, tools, done, title) : asking(state, tools, { title, says, confirm, tone, ready, act }),
    { wide, mayClose: () => state.phase !== "working" },
  );
  abort.abort();
}

function asking(state, tools, { title, says, confirm, tone, ready, act }) {
  const busy = state.phase === "working";
  return frame({
    title: tools.title,
    words: title,
    content: [
      h("fieldset", { class: "bare", disabled: busy }, says(state, tools.redraw)),
      state.working && busy ? state.working() : null,
      state.problem ? h("p", { class: "notice bad", role: "alert" }, state.problem) : null,
    ],
    buttons: [
      button("Cancel", { disabled: busy, on: { click: () => tools.close() } }),
      button(busy ? "One moment …" : confirm, {
        class: `button ${tone}`,
        type: "submit",
        key: "main",
        "data-main": true,
        "aria-disabled": busy ? "true" : null,
        disabled: !busy && !ready(state),
      }),
    ],
    submit: (data) => !busy && ready(state) && act(data, tools.redraw),
  });
}

function following(state, tools, done, title) {
  const seen = state.rollout ? rollout(state.rollout) : undefined;
  const over = !state.rollout || (seen && ended(seen));
  if (over && !state.told) {
    state.told = true;
    announce(seen ? `${title}: ${seen.state.replace("-", " ")}` : (done ?? "Done"));
  }
  return frame({
    title: tools.title,
    words: title,
    content: [
      state.rollout ? progressOf(seen, state.rollout) : h("p", { class: "notice good", role: "status" }, done ?? "Done."),
    ],
    buttons: [
      state.rollout
        ? button("Open the roll-out", {
            on: {
              click: () => {
                tools.close();
                go(link("rollouts", state.rollout));
              },
            },
          })
        : null,
      button(over ? "Close" : "Close, it goes on", { class: "button primary", type: "submit", key: "main", "data-main": true }),
    ],
    submit: () => tools.close(),
  });
}

function progressOf(seen, id) {
  if (!seen) {
    return h("p", { class: "notice", role: "status" }, `Roll-out ${id} is accepted; its first step is about to begin.`);
  }
  const { done, all } = progress(seen);
  return [
    h("div", { class: "flat" }, rolloutHead(seen)),
    h(
      "div",
      { class: "bar", role: "progressbar", "aria-label": "Steps done", "aria-valuemin": "0", "aria-valuemax": String(Math.max(1, all)), "aria-valuenow": String(done) },
      h("span", { style: { width: `${all === 0 ? 0 : (done / all) * 100}%` } }),
    ),
    seen.reason ? h("p", { class: "notice bad" }, seen.reason) : null,
    ended(seen) ? null : h("p", { class: "muted small" }, `${done} of ${plural(all, "step")} done so far.`),
    steps(seen),
  ];
}
