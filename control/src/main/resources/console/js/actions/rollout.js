import { post, segment } from "../api.js";
import { h } from "../dom.js";
import { onTrial, rolloutTitle } from "../parts/state.js";
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

/** Gives the new version of a canary or blue-green roll-out everything. */
export function promote(rollout) {
  return ask({
    title: `Promote ${rollout.to}?`,
    confirm: "Promote it",
    says: () => [
      h(
        "p",
        {},
        `All requests of ${rollout.service} go to ${rollout.to} once all its instances are available, and it is not judged any further. ${rollout.from} stays warm for as long as its specification says.`,
      ),
    ],
    run: async () => {
      await tell(rollout, "promote");
      return rollout.id;
    },
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
          ? onTrial(rollout)
            ? `All requests of ${rollout.service} go to ${rollout.from} at once; instances of ${rollout.to} are drained and stopped.`
            : `${rollout.service} goes back to ${rollout.from}: instances of ${rollout.to} are drained and stopped once enough of ${rollout.from} are available.`
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
