// Modal dialogs. The browser's own element keeps the focus inside, closes on Escape, and gives the
// focus back to where it was.

import { h, render } from "./dom.js";
import { listen } from "./world.js";

let count = 0;

function focused() {
  const element = document.activeElement;
  return element?.matches(":disabled") ? null : element;
}

/**
 * Opens a dialog and waits until it is closed; gives what close() was given.
 *
 * draw: called with { close, redraw } for what is inside, again at each redraw and each change of
 * the world; mayClose: asked before Escape closes it.
 */
export function dialog(draw, { wide = false, mayClose = () => true } = {}) {
  const element = document.createElement("dialog");
  const title = `dialog-${++count}`;
  element.className = wide ? "dialog wide" : "dialog";
  element.setAttribute("aria-labelledby", title);
  document.body.append(element);
  return new Promise((resolve) => {
    let result;
    const tools = {
      title,
      close: (value) => {
        result = value;
        element.close();
      },
      redraw: () => {
        if (element.isConnected) {
          render(element, draw(tools));
          // What had the focus may be gone or disabled now; the keyboard stays in the dialog.
          if (element.open && !element.contains(focused())) {
            element.querySelector("[data-main]:not(:disabled)")?.focus();
          }
        }
      },
    };
    const deaf = listen(tools.redraw);
    element.addEventListener("cancel", (event) => {
      if (!mayClose()) {
        event.preventDefault();
      }
    });
    element.addEventListener("close", () => {
      deaf();
      render(element);
      element.remove();
      resolve(result);
    });
    tools.redraw();
    element.showModal();
  });
}

/** The frame of a dialog's inside: a form that is submitted by its last button. */
export function frame({ title, words, content, buttons, submit, label }) {
  return h(
    "form",
    {
      method: "dialog",
      novalidate: true,
      on: {
        submit: (event) => {
          event.preventDefault();
          submit?.(new FormData(event.target), event);
        },
      },
    },
    h("div", { class: "head" }, h("h2", { id: title }, words)),
    h("div", { class: "content", tabindex: label ? "0" : null }, content),
    h("div", { class: "foot-row" }, buttons),
  );
}

export const button = (words, props = {}) => h("button", { class: "button", type: "button", ...props }, words);
