// Whether anybody looks. A browser opens six connections to one address at most, and each stream
// takes one: a page that is left, or that has been in the background for a while, lets go of its
// own, and takes them up again when it is looked at.

const BACKGROUND_MILLIS = 60_000;

const streams = new Set();
let asleep = false;
let timer = 0;
let waiting = [];

/** Calls stop() when nobody looks any more; returns what ends that. */
export function whileAwake(stop) {
  streams.add(stop);
  return () => streams.delete(stop);
}

/** Resolves as soon as somebody looks. */
export function awake() {
  return asleep ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve();
}

function sleep() {
  asleep = true;
  for (const stop of [...streams]) {
    stop();
  }
}

function wake() {
  clearTimeout(timer);
  asleep = false;
  for (const resolve of waiting.splice(0)) {
    resolve();
  }
}

addEventListener("pagehide", sleep);
addEventListener("pageshow", wake);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    timer = setTimeout(sleep, BACKGROUND_MILLIS);
  } else {
    wake();
  }
});
