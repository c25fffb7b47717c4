import { post, segment } from "../api.js";
import { h } from "../dom.js";
import { rolloutTitle } from "../parts/state.js";
import { ask } from "./ask.js";

export function pause(rollout) {
  return ask({
    title: "Pause the roll-out?",
    confirm: "Pause",
    says: () => [
      h("p", {}, `${rollout.service}, ${rolloutTitle(rollout)}: steps under way end, and no further one begins until you let it go on.`),
    ],
    run: () => tell(rollout, "pause"),
    done: "It is paused.",
  });
}

export function proceed(rollout) {
  return ask({
    title: "Let the roll-out go on?",
    confirm: "Go on",
    says: () => [h("p", {}, `${rollout.service}, ${rolloutTitle(rollout)}: the next step begins at once.`)],
    run: () => tell(rollout, "resume"),
    done: "It goes on.",
  });
}

export function abort(rollout) {
  return ask({
    title: "Abort the roll-out?",
    confirm: "Abort it",
    tone: "danger",
    says: () => [
      h(
        "p",
        {},
        rollout.from && rollout.from !== rollout.to
          ? `${rollout.service} goes back to ${rollout.from}: instances of ${rollout.to} are drained and stopped once enough of ${rollout.from} are available.`
          : `${rollout.service}, ${rolloutTitle(rollout)}: steps under way end and what it began is taken back.`,
      ),
    ],
    run: async () => {
      await tell(rollout, "abort");
      return rollout.id;
    },
  });
}

async function tell(rollout, word) {
  await post(`/api/v1/rollouts/${segment(rollout.id)}/${word}`);
  return null;
}
