// Asks for the credential where one is needed.

import { button, dialog, frame } from "../dialog.js";
import { h } from "../dom.js";
import { session, signIn } from "../session.js";

/** Whether this tab may change things; asks for the token first where it may not yet. */
export async function signedIn() {
  return session.changing || (await dialog(form(), {})) === true;
}

function form() {
  const state = { problem: "", busy: false };
  return (tools) =>
    frame({
      title: tools.title,
      words: "Sign in",
      content: [
        h("p", { class: "muted" }, "Reading is open; to change something the platform wants to know you."),
        fields(state),
      ],
      buttons: [
        button("Cancel", { on: { click: () => tools.close(false) } }),
        button(state.busy ? "Signing in …" : "Sign in", { class: "button primary", type: "submit", "data-main": true, "aria-disabled": state.busy ? "true" : null }),
      ],
      submit: (data) => !state.busy && send(data, state, tools.redraw).then((done) => done && tools.close(true)),
    });
}

/** The page in place of all others where even reading needs a credential. */
export function signInPage(state, redraw) {
  return h(
    "div",
    { class: "card gate" },
    h(
      "form",
      {
        class: "card-body",
        on: {
          submit: (event) => {
            event.preventDefault();
            send(new FormData(event.target), state, redraw);
          },
        },
      },
      h("h1", { tabindex: "-1" }, "Sign in"),
      h("p", { class: "muted" }, "This platform shows itself only to those it knows."),
      fields(state),
      h("p", { class: "after" }, button(state.busy ? "Signing in …" : "Sign in", { class: "button primary", type: "submit", disabled: state.busy })),
    ),
  );
}

function fields(state) {
  return h(
    "div",
    { class: "fields" },
    session.users
      ? h(
          "label",
          { class: "field" },
          h("span", { class: "label" }, "User"),
          h("input", { class: "input", name: "user", autocomplete: "username", autocapitalize: "off", spellcheck: "false", maxlength: "200" }),
          h("span", { class: "hint" }, "Leave it empty to sign in with the platform's token."),
        )
      : null,
    h(
      "label",
      { class: "field" },
      h("span", { class: "label" }, session.users ? "Secret or token" : "Token"),
      h("input", {
        class: "input mono",
        name: "secret",
        type: "password",
        autocomplete: "current-password",
        autofocus: true,
        required: true,
        maxlength: "1000",
        "aria-invalid": state.problem ? "true" : null,
        "aria-describedby": "sign-in-hint",
      }),
      h("span", { class: "hint", id: "sign-in-hint" }, "The token is in the file ", h("code", {}, "token"), " in the platform's data directory."),
    ),
    state.problem ? h("p", { class: "notice bad", role: "alert" }, state.problem) : null,
  );
}

async function send(data, state, redraw) {
  const secret = String(data.get("secret")).trim();
  const user = String(data.get("user") ?? "").trim();
  if (secret === "") {
    state.problem = "The token is missing.";
    redraw();
    return false;
  }
  state.busy = true;
  state.problem = "";
  redraw();
  try {
    await signIn(user === "" ? { token: secret } : { user, secret });
    return true;
  } catch (problem) {
    state.problem = problem.message;
    return false;
  } finally {
    state.busy = false;
    redraw();
  }
}
