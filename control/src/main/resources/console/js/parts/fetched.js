// What the stream does not bring is fetched when it is first drawn, and again when it may be stale.

import { get } from "../api.js";
import { changed } from "../world.js";

const kept = new Map();
const MOST = 50;

/**
 * What a GET says: { value } or { problem } or {} while it is not there yet.
 *
 * tag: what it depends on; where that has changed it is fetched again, and the old is shown meanwhile.
 */
export function fetched(path, tag) {
  const known = kept.get(path);
  if (known?.tag === tag) {
    return known;
  }
  const entry = { tag, value: known?.value };
  kept.delete(path);
  kept.set(path, entry);
  if (kept.size > MOST) {
    kept.delete(kept.keys().next().value);
  }
  get(path)
    .then((value) => Object.assign(entry, { value, problem: undefined }))
    .catch((problem) => Object.assign(entry, { problem }))
    .finally(changed);
  return entry;
}
