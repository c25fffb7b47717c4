import { post, segment } from "../api.js";
import { h } from "../dom.js";
import { historyOf } from "../parts/releases.js";
import { absolute } from "../parts/time.js";
import { ask } from "./ask.js";

/** Goes back to a version that is chosen from those that are kept. */
export function rollback(one) {
  const state = { to: "" };
  return ask({
    title: `Roll back ${one.name}`,
    confirm: "Roll back",
    tone: "danger",
    state,
    ready: () => state.to !== "",
    says: (_, redraw) => choices(one, state, redraw),
    run: () => back(one, state.to),
  });
}

/** Goes back to one version. */
export function rollbackTo(one, entry) {
  return ask({
    title: `Roll back ${one.name} to ${entry.version}?`,
    confirm: "Roll back",
    tone: "danger",
    says: () => [h("p", {}, consequence(one, entry.version))],
    run: () => back(one, entry.version),
  });
}

const back = async (one, to) => (await post(`/api/v1/services/${segment(one.name)}/rollback`, { to })).rollout;

const consequence = (one, to) =>
  one.instances.some((instance) => instance.version === to && instance.phase === "warm")
    ? `All requests go to ${to} at once: its instances are still kept warm. Those of ${one.version} are drained and stopped.`
    : `Instances of ${to} will replace those of ${one.version}, each before its predecessor is drained and stopped. No request is lost. The number of instances stays.`;

function choices(one, state, redraw) {
  const { value, problem } = historyOf(one);
  if (problem) {
    return h("p", { class: "notice bad" }, problem.message);
  }
  if (value === undefined) {
    return h("p", { class: "muted" }, "Its releases are being fetched …");
  }
  const earlier = value.filter((entry) => !entry.current);
  if (earlier.length === 0) {
    return h("p", { class: "notice" }, `${one.version} is the only release that is kept: there is nothing to go back to.`);
  }
  if (state.to === "") {
    const good = earlier.find((entry) => entry.state === "succeeded") ?? earlier[0];
    state.to = good.version;
    queueMicrotask(redraw);
  }
  return [
    h(
      "fieldset",
      { class: "choices" },
      h("legend", {}, "To which version?"),
      earlier.map((entry) =>
        h(
          "label",
          { class: "choice", key: `${entry.version} ${entry.at}` },
          h("input", {
            type: "radio",
            name: "to",
            value: entry.version,
            checked: state.to === entry.version,
            on: {
              change: () => {
                state.to = entry.version;
                redraw();
              },
            },
          }),
          h("span", { class: "tag" }, entry.version),
          h("span", { class: "muted small" }, absolute(entry.at), ` by ${entry.by}`, entry.state && entry.state !== "succeeded" ? ` · ${entry.state.replace("-", " ")}` : ""),
        ),
      ),
    ),
    state.to === "" ? null : h("p", { class: "notice spaced", "aria-live": "polite" }, consequence(one, state.to)),
  ];
}
