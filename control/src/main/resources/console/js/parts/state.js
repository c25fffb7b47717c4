// States in words, each with the tone that says how it is meant: good, move (under way), warn, bad,
// or idle.

import { h } from "../dom.js";
import { ended, rolloutOf } from "../world.js";

const PHASES = {
  waiting: ["Waiting to start", "move"],
  queued: ["Waiting to start", "move"],
  launching: ["Starting", "move"],
  probing: ["Being probed", "move"],
  settling: ["Settling", "move"],
  draining: ["Draining", "move"],
  retiring: ["Retiring", "move"],
  warm: ["Kept warm", "idle"],
  leaving: ["Leaving", "move"],
  stopping: ["Stopping", "move"],
  detached: ["Drained", "idle"],
  gone: ["Gone", "idle"],
};

const STATUSES = {
  UP: ["Up", "good"],
  STARTING: ["Starting", "move"],
  STANDBY: ["Stand-by", "idle"],
  DRAINING: ["Draining", "move"],
  OUT_OF_SERVICE: ["Out of service", "idle"],
  DOWN: ["Down", "bad"],
  SUSPECT: ["Suspect", "warn"],
  UNKNOWN: ["Unknown", "idle"],
};

const ROLLOUTS = {
  queued: ["Queued", "move"],
  running: ["Under way", "move"],
  paused: ["Paused", "warn"],
  succeeded: ["Succeeded", "good"],
  failed: ["Failed", "bad"],
  "rolled-back": ["Returned", "bad"],
  superseded: ["Superseded", "idle"],
  aborted: ["Aborted", "warn"],
};

const KINDS = {
  deploy: "Deploy",
  scale: "Scale",
  restart: "Restart",
  rollback: "Roll back",
  remove: "Remove",
};

const said = ([word, tone], badge) => h("span", { class: `state ${tone}${badge ? " badge" : ""}` }, word);

export function instanceState(instance) {
  const phase = PHASES[instance.phase];
  return said(phase ?? STATUSES[instance.status] ?? [String(instance.status), "idle"]);
}

export function rolloutState(rollout, badge = true) {
  return said(ROLLOUTS[rollout.state] ?? [String(rollout.state), "idle"], badge);
}

/** How a service is, in a word. */
export function health(service) {
  const rollout = rolloutOf(service);
  if (rollout && !ended(rollout)) {
    return ROLLOUTS[rollout.state] ?? ["Changing", "move"];
  }
  if (!service.managed) {
    return service.ready > 0 ? ["Registered", "good"] : ["None up", "bad"];
  }
  if (service.desired === 0) {
    return ["Scaled to none", "idle"];
  }
  if (service.ready === 0) {
    return ["Down", "bad"];
  }
  return service.ready < service.desired ? ["Short", "warn"] : ["Ready", "good"];
}

export const serviceState = (service, badge = false) => said(health(service), badge);

/** What a roll-out does: “Deploy 1.0 → 1.1”. */
export function rolloutTitle(rollout) {
  const kind = KINDS[rollout.kind] ?? rollout.kind ?? "Change";
  if (!rollout.from || rollout.from === rollout.to) {
    return `${kind} ${rollout.to}`.trim();
  }
  return rollout.to ? `${kind} ${rollout.from} → ${rollout.to}` : `${kind} ${rollout.from}`;
}

/** Whether the old version of a canary or blue-green roll-out is still the one that stays. */
export const onTrial = (rollout) =>
  !ended(rollout) &&
  ["canary", "blue-green"].includes(rollout.strategy) &&
  !(rollout.steps ?? []).some((step) => step.name === "switch" || step.name === "return");

/** How an event is meant, by the last word of its kind. */
export function eventTone(kind) {
  if (/(failed|crashed|killed|held-out|ejected|expired|lagging)$/.test(kind)) {
    return "bad";
  }
  if (/(returning|paused|suspect|unready|expiry-held|checks-held|name-differs|gone|aborted|superseded)$/.test(kind)) {
    return "warn";
  }
  if (/(succeeded|switched|available|recovered|caught-up|let-back-in|adopted)$/.test(kind)) {
    return "good";
  }
  return "idle";
}
