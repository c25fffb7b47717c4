import { post, segment } from "../api.js";
import { h } from "../dom.js";
import { plural } from "../format.js";
import { ask } from "./ask.js";

const MOST = 1000;

export function scale(one) {
  const state = { replicas: String(one.desired) };
  const wanted = () => (/^\d{1,4}$/.test(state.replicas) ? Number(state.replicas) : NaN);
  return ask({
    title: `Scale ${one.name}`,
    confirm: "Scale",
    state,
    ready: () => wanted() >= 0 && wanted() <= MOST && wanted() !== one.desired,
    says: (_, redraw) => [
      h(
        "label",
        { class: "field" },
        h("span", { class: "label" }, "Instances"),
        h("input", {
          class: "input",
          type: "number",
          min: "0",
          max: String(MOST),
          step: "1",
          inputmode: "numeric",
          autofocus: true,
          value: state.replicas,
          on: {
            input: (event) => {
              state.replicas = event.target.value;
              redraw();
            },
          },
        }),
      ),
      h("p", { class: "notice spaced", "aria-live": "polite" }, consequence(one, wanted())),
    ],
    run: async () => (await post(`/api/v1/services/${segment(one.name)}/scale`, { replicas: wanted() })).rollout,
    done: "Nothing changed: it has that many already.",
  });
}

function consequence(one, wanted) {
  if (!(wanted >= 0 && wanted <= MOST)) {
    return `A whole number from 0 to ${MOST} is expected.`;
  }
  if (wanted === one.desired) {
    return `It has ${plural(one.desired, "instance")} now.`;
  }
  if (wanted > one.desired) {
    return `${plural(wanted - one.desired, "instance")} of ${one.version} will be started beside the ${one.desired} there ${one.desired === 1 ? "is" : "are"}, and take traffic once healthy.`;
  }
  const fewer = plural(one.desired - wanted, "instance");
  return wanted === 0
    ? `All ${fewer} will be drained and stopped. ${one.name} then answers nobody until it is scaled up.`
    : `${fewer} will be drained and stopped; no request is lost. ${plural(wanted, "instance")} will go on.`;
}
