import { h } from "../dom.js";
import { ago, clock, full } from "../format.js";
import { now, since } from "../world.js";

/** A moment as “12 s ago”; in full for whoever points at it. */
export const relative = (instant) => h("time", { datetime: instant, title: full(instant) }, ago(since(instant)));

/** A moment as a time of day. */
export const absolute = (instant) => h("time", { datetime: instant, title: full(instant) }, clock(instant, now()));
