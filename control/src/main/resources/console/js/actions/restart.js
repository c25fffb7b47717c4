import { post, segment } from "../api.js";
import { h } from "../dom.js";
import { plural } from "../format.js";
import { ask } from "./ask.js";

export function restart(one) {
  return ask({
    title: `Restart ${one.name}?`,
    confirm: "Restart",
    says: () => [
      h(
        "p",
        {},
        `New instances of ${one.version} will replace the ${plural(one.desired, "instance")} there ${one.desired === 1 ? "is" : "are"}, each before its predecessor is drained and stopped. No request is lost.`,
      ),
    ],
    run: async () => (await post(`/api/v1/services/${segment(one.name)}/restart`)).rollout,
  });
}
