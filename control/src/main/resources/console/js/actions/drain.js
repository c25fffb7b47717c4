import { post, segment } from "../api.js";
import { h } from "../dom.js";
import { ask } from "./ask.js";

export function drain(one, instance) {
  return ask({
    title: `Drain ${instance.id}?`,
    confirm: "Drain",
    says: () => [
      h(
        "p",
        {},
        instance.managed
          ? `A replacement will be started first. Once that is available, ${instance.id} gets no new request, and those in flight end. The process runs on, beside the others, until you resume it or ${one.name} is deployed again.`
          : `${instance.id} will get no new request until you resume it. It was not started by the platform: its process is left alone, and nothing replaces it.`,
      ),
    ],
    run: () => told(instance, "drain"),
    done: "It is being drained: watch its state in the list of instances.",
  });
}

export function resume(one, instance) {
  return ask({
    title: `Resume ${instance.id}?`,
    confirm: "Resume",
    says: () => [
      h(
        "p",
        {},
        instance.managed
          ? `${instance.id} will take requests again and count as one of the ${one.desired} of ${one.name}; one that is then too many is drained and stopped.`
          : `${instance.id} will take requests again.`,
      ),
    ],
    run: () => told(instance, "resume"),
    done: "It takes requests again.",
  });
}

async function told(instance, word) {
  await post(`/api/v1/instances/${segment(instance.id)}/${word}`);
  return null;
}
