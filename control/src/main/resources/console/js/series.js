// The figures behind charts and numbers: for each service the last five minutes, a value a second,
// and beside it what a person reads, the means of the last ten seconds.

import { world } from "./world.js";

/** How many seconds are kept. */
export const STEPS = 300;

/** What GET /api/v1/figures said: the time before the page was opened. */
export function keep(said) {
  const recent = world.figures;
  world.figures = new Map();
  for (const series of said.series ?? []) {
    if (series.version || series.instance) {
      continue;
    }
    const name = series.service ?? "";
    world.figures.set(name, {
      ...(recent.get(name) ?? { recent: series.window ?? {}, versions: {}, instances: {}, inFlight: 0 }),
      until: Date.parse(said.at),
      requests: series.requests,
      errors: series.requests.map((count, i) => shareOf(series.errors[i], count)),
      p50: series.p50Millis,
      p99: series.p99Millis,
    });
  }
}

/** One second more, as the stream tells it. */
export function point(news) {
  const at = Date.parse(news.at);
  world.figuresKnown = news.known;
  const heard = new Map(Object.entries(news.services ?? {}));
  if (news.total) {
    heard.set("", news.total);
  }
  for (const name of new Set([...world.figures.keys(), ...heard.keys()])) {
    const said = heard.get(name);
    const before = world.figures.get(name) ?? { until: at, requests: [], errors: [], p50: [], p99: [] };
    // Seconds that were missed stay empty, so that a chart shows them as a gap.
    const missed = Math.min(STEPS, Math.max(0, Math.round((at - before.until) / 1000) - 1));
    const add = (values, value) => [...values, ...Array(missed).fill(null), value ?? null].slice(-STEPS);
    const now = said?.point;
    world.figures.set(name, {
      until: at,
      recent: said?.recent ?? {},
      versions: said?.versions ?? {},
      instances: said?.instances ?? {},
      inFlight: now?.inFlight ?? 0,
      requests: add(before.requests, news.known ? (now?.requests ?? 0) : null),
      errors: add(before.errors, now ? shareOf(now.errors, now.requests) : null),
      p50: add(before.p50, now?.p50Millis),
      p99: add(before.p99, now?.p99Millis),
    });
  }
}

const shareOf = (part, whole) => (whole ? (part ?? 0) / whole : null);

/**
 * The last seconds in fewer values, for a small chart. The groups keep their places in time, so that
 * the picture moves on and does not flicker.
 */
export function fewer(of, values, { seconds = STEPS, group = 5, join }) {
  const all = [...Array(Math.max(0, seconds - values.length)).fill(null), ...values.slice(-seconds)];
  const offset = Math.floor((of.until ?? 0) / 1000 + 1) % group;
  const groups = [];
  for (let end = all.length - offset; end > 0; end -= group) {
    const some = all.slice(Math.max(0, end - group), end).filter((value) => value !== null && value !== undefined);
    groups.unshift(some.length === 0 ? null : join(some));
  }
  return groups;
}

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

export const highest = (values) => Math.max(...values);
