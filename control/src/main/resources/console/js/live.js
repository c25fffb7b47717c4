// Keeps the world up to date: one stream of server-sent events, which is opened again whenever it
// ends. Read with fetch rather than EventSource, which tells neither a status nor why.

import { announce } from "./announce.js";
import { get, stream } from "./api.js";
import { rolloutTitle } from "./parts/state.js";
import { awake, whileAwake } from "./presence.js";
import { refresh, session } from "./session.js";
import { keep, point, STEPS } from "./series.js";
import { changed, ended, world } from "./world.js";

const SILENCE_MILLIS = 8000;
const FIRST_PAUSE_MILLIS = 500;
const LONGEST_PAUSE_MILLIS = 8000;
const EVENTS = 1000;
const ROLLOUTS = 200;

let stop = null;
let wake = () => {};

/** Begins, and goes on until the page ends. */
export async function start() {
  addEventListener("online", () => wake());
  addEventListener("signed-in", () => {
    stop?.abort();
    wake();
  });
  let pause = FIRST_PAUSE_MILLIS;
  for (;;) {
    await awake();
    const before = world.heardAt;
    try {
      await refresh();
      if (!session.readingNeedsLogin || session.loggedIn) {
        await follow();
      }
    } catch {
      // Whatever it was, the banner says how old the data is, and the next try comes soon.
    }
    lost();
    pause = world.heardAt > before ? FIRST_PAUSE_MILLIS : Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
    await sleep(pause * (0.75 + Math.random() / 2));
  }
}

function sleep(millis) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, millis);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

async function follow() {
  stop = new AbortController();
  const unwatched = whileAwake(() => stop.abort());
  let silence = setTimeout(() => stop.abort(), SILENCE_MILLIS);
  try {
    const body = await stream("/api/v1/console/stream", stop.signal);
    for await (const { event, data } of messages(body)) {
      clearTimeout(silence);
      silence = setTimeout(() => stop.abort(), SILENCE_MILLIS);
      take(event, data);
    }
  } finally {
    clearTimeout(silence);
    unwatched();
  }
}

// The lines of server-sent events, as far as the platform uses them.
async function* messages(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let event = "message";
  let data = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        if (data !== "") {
          yield { event, data };
        }
        event = "message";
        data = "";
      } else if (line.startsWith("event:")) {
        event = line.slice(6).trim();
      } else if (line.startsWith("data:")) {
        data += line.slice(5);
      }
    }
  }
}

function take(event, data) {
  const news = JSON.parse(data);
  if (event === "state") {
    whole(news);
  } else if (event === "change") {
    change(news);
  } else if (event === "figures") {
    point(news);
  } else {
    return;
  }
  if (news.at) {
    world.offset = Date.parse(news.at) - Date.now();
  }
  if (!world.connected && world.known) {
    announce("Connected again");
  }
  world.known = true;
  world.connected = true;
  world.heardAt = performance.now();
  changed();
}

function whole(news) {
  world.platform = news.platform ?? {};
  world.version = news.version;
  world.services = news.services ?? [];
  world.rollouts = news.rollouts ?? [];
  world.events = [...(news.events ?? [])].reverse();
  world.routes = news.routes ?? [];
  world.subscribers = news.subscribers ?? [];
  past();
}

// What the charts show of the time before the page was opened.
async function past() {
  try {
    keep(await get("/api/v1/figures?window=" + STEPS + "s"));
    changed();
  } catch {
    // The charts begin with what the stream brings.
  }
}

function change(news) {
  world.version = news.version ?? world.version;
  world.platform = news.platform ?? world.platform;
  world.routes = news.routes ?? world.routes;
  world.subscribers = news.subscribers ?? world.subscribers;
  if (news.services || news.servicesRemoved) {
    const removed = new Set(news.servicesRemoved ?? []);
    const kept = world.services.filter((one) => !removed.has(one.name));
    world.services = merged(kept, news.services ?? [], (one) => one.name).sort((a, b) => (a.name < b.name ? -1 : 1));
  }
  if (news.rollouts) {
    news.rollouts.forEach(tell);
    world.rollouts = merged(world.rollouts, news.rollouts, (one) => one.id)
      .sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt))
      .slice(0, ROLLOUTS);
  }
  if (news.events) {
    const seen = new Set(world.events.slice(0, 400).map((event) => event.cursor));
    const fresh = news.events.filter((event) => !seen.has(event.cursor)).reverse();
    world.events = [...fresh, ...world.events].slice(0, EVENTS);
  }
}

function merged(before, news, key) {
  const all = new Map(before.map((one) => [key(one), one]));
  news.forEach((one) => all.set(key(one), one));
  return [...all.values()];
}

// Beginnings and ends of roll-outs are worth a word to those who cannot see them.
function tell(rollout) {
  const before = world.rollouts.find((one) => one.id === rollout.id);
  if (before === undefined || before.state !== rollout.state) {
    const word = ended(rollout) ? rollout.state.replace("-", " ") : rollout.state === "running" ? "has begun" : rollout.state;
    announce(`${rollout.service}: ${rolloutTitle(rollout)} ${word}`);
  }
}

function lost() {
  if (world.connected) {
    announce("Connection to the platform lost. Trying again");
  }
  world.connected = false;
  world.tried = true;
  changed();
}
