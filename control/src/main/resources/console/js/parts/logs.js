import { segment } from "../api.js";
import { h } from "../dom.js";
import { number, plural } from "../format.js";
import { query, remember } from "../router.js";
import { LogView } from "./log-view.js";

// One view at a time: the page shows one service's log.
let view = null;

/** The log of a service, live: followed or held, of all instances or of one. */
export function logs(one) {
  const instance = query().get("instance") ?? "";
  const ids = [...new Set([...one.instances.map((i) => i.id), ...(instance ? [instance] : [])])];
  return h(
    "section",
    { class: "card", "aria-label": `Log of ${one.name}` },
    h(
      "div",
      { class: "filters padded" },
      h(
        "label",
        { class: "field" },
        h("span", { class: "label" }, "Instance"),
        h(
          "select",
          {
            class: "input",
            value: instance,
            on: {
              change: (event) => {
                remember({ instance: event.target.value });
                dispatchEvent(new Event("redraw"));
              },
            },
          },
          h("option", { value: "", key: "" }, "all"),
          ids.map((id) => h("option", { value: id, key: id }, id)),
        ),
      ),
      h("button", { class: "button", type: "button", on: { click: () => view?.hold(!view.held) } }, view?.held ? "Follow" : "Pause"),
      h("button", { class: "button", type: "button", on: { click: () => view?.clear() } }, "Clear"),
      h("span", { class: "muted small log-note" }, note()),
    ),
    h("div", {
      key: `${one.name} ${instance}`,
      class: "log",
      role: "log",
      "aria-live": "off",
      "aria-label": "Lines",
      tabindex: "0",
      own: (element) => {
        const mine = new LogView(element, `/api/v1/services/${segment(one.name)}/logs?follow=true&tail=500&instance=${segment(instance)}`, one.name);
        view = mine;
        mine.start();
        return () => {
          mine.close();
          if (view === mine) {
            view = null;
          }
        };
      },
    }),
  );
}

function note() {
  if (!view) {
    return "";
  }
  if (view.held) {
    return view.waiting > 0 ? `paused, ${plural(view.waiting, "new line")}` : "paused";
  }
  return view.reading ? `live, ${number(view.lines)} of at most ${number(LogView.MOST)} lines` : "connecting …";
}
