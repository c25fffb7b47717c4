import { h } from "../dom.js";
import { link } from "../router.js";
import { world } from "../world.js";
import { fetched } from "./fetched.js";
import { eventTone } from "./state.js";
import { absolute, relative } from "./time.js";

/** All that the platform still has at hand, newest first: what the stream brought, and before it. */
export function allEvents() {
  const { value = [] } = fetched("/api/v1/events", world.platform.startedAt ?? "");
  const seen = new Set(world.events.map((event) => event.cursor));
  return [...world.events, ...value.filter((event) => !seen.has(event.cursor)).reverse()];
}

/** Events, newest first. brief: relative times and the kind under the message. */
export function eventList(events, { brief = false } = {}) {
  return h(
    "ol",
    { class: `list events${brief ? " brief" : ""}` },
    events.map((event) =>
      h(
        "li",
        { class: "event", key: event.cursor },
        brief ? relative(event.at) : absolute(event.at),
        brief
          ? [message(event), h("span", { class: "kind muted" }, event.kind)]
          : [h("span", { class: `state kind ${eventTone(event.kind)}` }, event.kind), message(event)],
      ),
    ),
  );
}

function message(event) {
  const subject = event.service && !event.message.includes(event.service) ? `${event.instance ?? event.service}: ` : "";
  const text = subject + event.message;
  if (event.rollout) {
    return h("a", { class: "message", href: link("rollouts", event.rollout) }, text);
  }
  return event.service
    ? h("a", { class: "message", href: link("services", event.service) }, text)
    : h("span", { class: "message" }, text);
}
