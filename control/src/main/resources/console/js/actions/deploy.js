// Deploys a jar: of a service that is there, with all else of its specification kept, or of a new one.

import { get, Problem, put, segment, upload } from "../api.js";
import { h } from "../dom.js";
import { bytes, share } from "../format.js";
import { service } from "../world.js";
import { ask } from "./ask.js";
import { AS_IT_IS, course, strategyFields, strategyProblem, withStrategy } from "./strategy.js";

const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/;
const MOST_BYTES = 2 ** 30;
// To be digested in the browser a file must be in memory as a whole.
const MOST_DIGESTED = 2 ** 28;

/**
 * @param fixed the service, or undefined where its name is to be given too
 */
export function deploy(fixed) {
  const state = { name: fixed ?? "", version: "", file: null, replicas: "1", route: "", health: "", at: "", ...AS_IT_IS };
  return ask({
    title: fixed ? `Deploy ${fixed}` : "Deploy a service",
    confirm: "Deploy",
    state,
    wide: true,
    ready: () => problemOf(state) === "",
    says: (_, redraw) => form(state, fixed, redraw),
    run: (_, tools) => run(state, tools),
    done: "Nothing changed: this very artifact runs already.",
  });
}

function problemOf(state) {
  if (!NAME.test(state.name)) {
    return "Give the service a name: small letters, digits, dots, dashes.";
  }
  if (!state.file) {
    return "Choose the jar.";
  }
  if (state.file.size > MOST_BYTES) {
    return `The file has ${bytes(state.file.size)}, at most ${bytes(MOST_BYTES)} are taken.`;
  }
  if (state.version !== "" && !VERSION.test(state.version)) {
    return "A version label has letters, digits, dots, dashes, _ and +, at most 64.";
  }
  if (state.route !== "" && !state.route.startsWith("/")) {
    return "A route begins with a slash: /orders.";
  }
  if (state.health !== "" && !state.health.startsWith("/")) {
    return "A health path begins with a slash: /health.";
  }
  if (!existing(state) && !/^\d{1,3}$/.test(state.replicas)) {
    return "The number of instances is a whole number.";
  }
  return strategyProblem(state);
}

const existing = (state) => {
  const one = service(state.name);
  return one?.managed ? one : undefined;
};

function form(state, fixed, redraw) {
  const bind = (key) => ({
    value: state[key],
    on: {
      input: (event) => {
        state[key] = event.target.value.trim();
        redraw();
      },
    },
  });
  const one = existing(state);
  const plain = { autocomplete: "off", autocapitalize: "off", spellcheck: "false", maxlength: "200" };
  return h(
    "div",
    { class: "fields" },
    h(
      "div",
      { class: "row" },
      fixed ? null : field("Service", h("input", { class: "input", ...plain, placeholder: "orders", autofocus: true, ...bind("name") })),
      field(
        "Version",
        h("input", { class: "input", ...plain, placeholder: one ? `now ${one.version}` : "1.0", ...bind("version") }),
        "Empty: the beginning of the jar's digest.",
      ),
    ),
    field(
      "Jar",
      h("input", {
        class: "input",
        type: "file",
        accept: ".jar,application/java-archive",
        on: {
          change: (event) => {
            state.file = event.target.files[0] ?? null;
            redraw();
          },
        },
      }),
      state.file ? bytes(state.file.size) : null,
    ),
    one
      ? null
      : h(
          "div",
          { class: "row" },
          field("Instances", h("input", { class: "input", type: "number", min: "0", max: "999", inputmode: "numeric", ...bind("replicas") })),
          field("Route", h("input", { class: "input", ...plain, placeholder: state.name ? `/${state.name}` : "/orders", ...bind("route") }), "Empty: by its name, where default routes are on."),
          field("Health", h("input", { class: "input", ...plain, placeholder: "/health", ...bind("health") }), "Empty: found by itself."),
        ),
    strategyFields(state, one, redraw),
    h("p", { class: "notice", "aria-live": "polite" }, problemOf(state) || consequence(state, one)),
  );
}

const field = (name, input, hint) =>
  h("label", { class: "field" }, h("span", { class: "label" }, name), input, hint ? h("span", { class: "hint" }, hint) : null);

function consequence(state, one) {
  const version = state.version || "a version named after its digest";
  if (!one) {
    return `${state.file.name} will be uploaded, and ${state.name} started as ${version}, ${state.replicas === "1" ? "one instance" : `${state.replicas} instances`}.`;
  }
  return `${state.file.name} will be uploaded, and ${state.name} goes from ${one.version} to ${version}: ${course(state, one.version, version)}`;
}

async function run(state, { redraw, signal }) {
  let share_ = 0;
  state.working = () => uploading(state.at, share_);
  const at = (words, part) => {
    state.at = words;
    share_ = part;
    redraw();
  };
  at("Computing the digest", 0);
  const artifact = await sent(state.file, at, signal);
  at("Uploaded. Asking for the roll-out", 1);
  const path = `/api/v1/services/${segment(state.name)}`;
  const said = await put(path, await specification(state, artifact, path));
  return said.rollout;
}

// Where the page may digest, the platform checks that what arrived is what was chosen. A page that
// did not come by https or from this machine may not, and neither may one that has not the memory.
async function sent(file, at, signal) {
  const progress = (part) => at("Uploading", part);
  if (!globalThis.crypto?.subtle || file.size > MOST_DIGESTED) {
    const said = await upload("POST", "/api/v1/artifacts", file, { progress, signal });
    return said.artifact;
  }
  let content;
  try {
    content = await file.arrayBuffer();
  } catch {
    throw new Problem(0, "unreadable", `${file.name} cannot be read: it may have been moved or built anew. Choose it again.`);
  }
  const digest = await crypto.subtle.digest("SHA-256", content);
  const name = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  await upload("PUT", `/api/v1/artifacts/${name}`, content, { progress, signal });
  return name;
}

async function specification(state, artifact, path) {
  const one = existing(state);
  const version = state.version === "" ? {} : { version: state.version };
  if (!one) {
    return {
      artifact,
      ...version,
      replicas: Number(state.replicas),
      ...(state.route ? { routes: [{ path: state.route }] } : {}),
      ...(state.health ? { health: { path: state.health } } : {}),
      ...(state.strategy ? { rollout: withStrategy({}, state) } : {}),
    };
  }
  const { spec } = await get(path);
  delete spec.command;
  delete spec.version;
  return { ...spec, artifact, ...version, rollout: withStrategy(spec.rollout, state) };
}

function uploading(words, part) {
  return h(
    "div",
    { role: "status" },
    h("p", { class: "small" }, `${words} … `, words === "Uploading" ? h("span", { class: "figure", "aria-hidden": "true" }, share(part)) : null),
    h(
      "div",
      { class: "bar", role: "progressbar", "aria-label": "Upload", "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": String(Math.round(part * 100)) },
      h("span", { style: { width: `${part * 100}%` } }),
    ),
  );
}
