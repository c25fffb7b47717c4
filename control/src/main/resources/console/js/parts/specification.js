import { segment } from "../api.js";
import { h } from "../dom.js";
import { digest, plural } from "../format.js";
import { rolloutOf } from "../world.js";
import { fetched } from "./fetched.js";

/** What a service should be. */
export function specification(one) {
  if (!one.managed) {
    return null;
  }
  const { value } = fetched(`/api/v1/services/${segment(one.name)}`, `${one.version} ${rolloutOf(one)?.id} ${one.desired}`);
  const spec = value?.spec;
  if (!spec) {
    return null;
  }
  const policy = spec.rollout ?? {};
  const limits = [spec.resources?.memory, spec.resources?.cpu && plural(spec.resources.cpu, "core")].filter(Boolean);
  const facts = [
    ["Runs", spec.artifact ? ["jar ", h("span", { class: "tag", title: spec.artifact }, digest(spec.artifact))] : h("code", {}, [spec.command].flat().join(" "))],
    ["Health", spec.health?.path ? h("code", {}, spec.health.path) : "found by itself"],
    ["Limits", limits.length > 0 ? limits.join(", ") : "none"],
    ["Roll-out", `${policy.strategy}, surge ${policy.surge}, at most ${policy.unavailable} unavailable`],
    ["Waits", `for requests in flight at most ${policy.drainTimeout}, after SIGTERM at most ${policy.stopTimeout}`],
  ];
  return h(
    "section",
    { class: "card", "aria-labelledby": "specification" },
    h("div", { class: "card-head" }, h("h2", { id: "specification" }, "Specification")),
    h("dl", { class: "card-body facts" }, facts.map(([name, said]) => [h("dt", {}, name), h("dd", {}, said)])),
  );
}
