import { segment } from "../api.js";
import { rolloutOf } from "../world.js";
import { fetched } from "./fetched.js";

/** A service's releases, fetched anew with each of its roll-outs. */
export function historyOf(one) {
  const rollout = rolloutOf(one);
  return fetched(`/api/v1/services/${segment(one.name)}/history`, `${one.version} ${rollout?.id} ${rollout?.state}`);
}
