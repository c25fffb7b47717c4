import { rollbackTo } from "../actions/rollback.js";
import { h } from "../dom.js";
import { digest } from "../format.js";
import { link } from "../router.js";
import { historyOf } from "./releases.js";
import { rolloutState } from "./state.js";
import { table } from "./table.js";
import { absolute } from "./time.js";

/** The releases that are kept, newest first, each to go back to. */
export function history(one) {
  if (!one.managed) {
    return h("p", { class: "card nothing" }, "It registers itself: its releases are not known here.");
  }
  const { value, problem } = historyOf(one);
  if (problem) {
    return h("p", { class: "notice bad", role: "alert" }, problem.message);
  }
  if (value === undefined) {
    return h("p", { class: "card nothing" }, "Being fetched …");
  }
  return h(
    "section",
    { class: "card", "aria-labelledby": "history" },
    h(
      "div",
      { class: "card-head" },
      h("h2", { id: "history" }, "Releases"),
      h("span", { class: "muted small" }, "The last five that differ are kept."),
    ),
    table(
      `Releases of ${one.name}`,
      [
        {
          name: "Version",
          class: "title",
          cell: (entry) => h("span", {}, h("span", { class: "tag" }, entry.version)),
        },
        { name: "State", cell: (entry) => (entry.current ? h("span", { class: "state good" }, "Current") : entry.state ? rolloutState(entry, false) : null) },
        { name: "Since", cell: (entry) => absolute(entry.at) },
        { name: "By", cell: (entry) => h("span", { class: "break" }, entry.by) },
        { name: "Why", cell: (entry) => h("span", { class: "break", title: (entry.judged ?? []).join("\n") }, [entry.why, entry.reason].filter(Boolean).join("; ")) },
        { name: "Artifact", cell: (entry) => (entry.artifact ? h("span", { class: "tag", title: entry.artifact }, digest(entry.artifact)) : h("span", { class: "muted" }, "a command")) },
        { name: "Roll-out", cell: (entry) => (entry.rollout ? h("a", { class: "mono", href: link("rollouts", entry.rollout) }, entry.rollout) : null) },
        {
          name: "Actions",
          hidden: true,
          class: "bare right",
          cell: (entry) =>
            entry.current
              ? null
              : h(
                  "button",
                  {
                    class: "button little",
                    type: "button",
                    "aria-label": `Roll back to ${entry.version}`,
                    on: { click: () => rollbackTo(one, entry) },
                  },
                  "Roll back to this",
                ),
        },
      ],
      value,
      (entry) => `${entry.version} ${entry.at}`,
    ),
  );
}
