// What is known of the platform: the one state that all pages are drawn from. Only live.js writes it.

export const world = {
  /** Whether anything has been heard yet. */
  known: false,
  /** Whether a try to hear something has failed. */
  tried: false,
  /** Whether news come in right now. */
  connected: false,
  /** When the last news came, by performance.now(). */
  heardAt: 0,
  /** The server's clock less this machine's, in milliseconds. */
  offset: 0,
  platform: {},
  /** The registry's version, as a cursor. */
  version: "",
  services: [],
  rollouts: [],
  /** Newest first. */
  events: [],
  routes: [],
  subscribers: [],
  /** Service name → its figures (series.js); "" is the whole. */
  figures: new Map(),
  /** Whether a gateway has told figures of late; until the first second is told, nothing says otherwise. */
  figuresKnown: true,
};

const listeners = new Set();
let drawn = false;

/** Calls a function after changes, at most once a frame. */
export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function changed() {
  if (drawn) {
    return;
  }
  drawn = true;
  requestAnimationFrame(() => {
    drawn = false;
    for (const listener of listeners) {
      listener();
    }
  });
}

/** The server's time, in milliseconds. */
export const now = () => Date.now() + world.offset;

/** How long ago the server's moment was, in milliseconds. */
export const since = (instant) => now() - Date.parse(instant);

export const service = (name) => world.services.find((one) => one.name === name);

/** The roll-out of a service that runs, else its last one. */
export const rolloutOf = (one) => (one.rollout ? rollout(one.rollout) : undefined);

export const rollout = (id) => world.rollouts.find((one) => one.id === id);

/** Those that have not ended, newest first. */
export const underWay = () => world.rollouts.filter((one) => !ended(one));

export const ended = (one) => !["queued", "running", "paused"].includes(one.state);

const NO_FIGURES = { recent: {}, versions: {}, instances: {}, requests: [], errors: [], p50: [], p99: [] };

export const figures = (name) => world.figures.get(name) ?? NO_FIGURES;
