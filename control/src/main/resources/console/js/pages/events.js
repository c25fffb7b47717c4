import { h } from "../dom.js";
import { plural } from "../format.js";
import { allEvents, eventList } from "../parts/events.js";
import { query, remember } from "../router.js";

const SHOWN = 300;

export const eventsPage = {
  title: () => "Events",
  draw: () => {
    const asked = { service: query().get("service") ?? "", kind: query().get("kind") ?? "", text: query().get("text") ?? "" };
    const events = allEvents();
    const found = events.filter((event) => matches(event, asked));
    return [
      h(
        "div",
        { class: "page-head" },
        h(
          "div",
          { class: "words" },
          h("h1", { tabindex: "-1" }, "Events"),
          h("p", {}, found.length > SHOWN ? `The latest ${SHOWN} of ${plural(found.length, "event")}.` : `${plural(found.length, "event")}, newest first.`),
        ),
      ),
      h(
        "section",
        { class: "card", "aria-label": "Events" },
        h(
          "form",
          { class: "filters padded", role: "search", "aria-label": "Filter the events", on: { submit: (event) => event.preventDefault() } },
          choice("Service", asked.service, services(events, asked.service), (service) => filter({ ...asked, service })),
          choice("Kind", asked.kind, kinds(events, asked.kind), (kind) => filter({ ...asked, kind })),
          h(
            "label",
            { class: "field" },
            h("span", { class: "label" }, "Text"),
            h("input", {
              class: "input",
              type: "search",
              value: asked.text,
              maxlength: "200",
              on: { input: (event) => filter({ ...asked, text: event.target.value }) },
            }),
          ),
        ),
        found.length === 0
          ? h("p", { class: "nothing" }, events.length === 0 ? "Nothing has happened yet." : "No event is like this. Choose less.")
          : eventList(found.slice(0, SHOWN)),
      ),
    ];
  },
};

function filter(asked) {
  remember(asked);
  dispatchEvent(new Event("redraw"));
}

function matches(event, { service, kind, text }) {
  return (
    (service === "" || event.service === service) &&
    (kind === "" || event.kind.startsWith(kind)) &&
    (text === "" || `${event.kind} ${event.instance ?? ""} ${event.message}`.toLowerCase().includes(text.toLowerCase()))
  );
}

const services = (events, chosen) => distinct(events.map((event) => event.service).filter(Boolean), chosen);

const kinds = (events, chosen) => distinct(events.map((event) => event.kind.split(".")[0] + "."), chosen);

const distinct = (values, chosen) => [...new Set(chosen ? [...values, chosen] : values)].sort();

function choice(name, value, values, change) {
  return h(
    "label",
    { class: "field" },
    h("span", { class: "label" }, name),
    h(
      "select",
      { class: "input", value, on: { change: (event) => change(event.target.value) } },
      h("option", { value: "", key: "" }, "all"),
      values.map((each) => h("option", { value: each, key: each }, each.replace(/\.$/, ""))),
    ),
  );
}
