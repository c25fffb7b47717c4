// Numbers, lengths of time and moments as a person reads them. The same everywhere: a figure looks
// alike in a table, a chart and a sentence.

const NARROW = "\u202f"; // between a number and its unit, where no line may break
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const one = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const two = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const time = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

/** What stands for a figure that is not there. */
export const NONE = "–";

const known = (value) => typeof value === "number" && Number.isFinite(value);

/** 0, 0.4, 12.5, 260, 1,240, 12.4k. */
export function number(value) {
  if (!known(value)) {
    return NONE;
  }
  const size = Math.abs(value);
  if (size >= 10_000_000) {
    return one.format(value / 1_000_000) + "M";
  }
  if (size >= 10_000) {
    return one.format(value / 1000) + "k";
  }
  return size >= 100 || Number.isInteger(value) ? whole.format(value) : one.format(value);
}

/** A share of 1: 0 %, 0.02 %, < 0.01 %, 12 %. */
export function share(value) {
  if (!known(value)) {
    return NONE;
  }
  const percent = value * 100;
  if (percent > 0 && percent < 0.01) {
    return `<${NARROW}0.01${NARROW}%`;
  }
  return (percent >= 10 ? whole : percent >= 1 ? one : two).format(percent) + NARROW + "%";
}

/** A short length of time, in milliseconds: 0.42 ms, 3.1 ms, 250 ms, 1.25 s. */
export function millis(value) {
  if (!known(value)) {
    return NONE;
  }
  if (value < 1) {
    return two.format(value) + NARROW + "ms";
  }
  if (value < 10) {
    return one.format(value) + NARROW + "ms";
  }
  return value < 1000 ? whole.format(value) + NARROW + "ms" : length(value);
}

/** How long something took or lasts, in milliseconds: 250 ms, 4.2 s, 3 min 5 s, 2 h 10 min, 4 d 3 h. */
export function length(value) {
  if (!known(value)) {
    return NONE;
  }
  const amount = Math.max(0, value);
  if (amount < 1000) {
    return whole.format(amount) + NARROW + "ms";
  }
  if (amount < 60_000) {
    return one.format(Math.floor(amount / 100) / 10) + NARROW + "s";
  }
  return parts(Math.floor(amount / 1000));
}

/** How old something is, in milliseconds, no finer than is of use: 4 s, 3 min 5 s, 20 min, 4 d 3 h. */
export function age(value) {
  if (!known(value)) {
    return NONE;
  }
  const seconds = Math.max(0, Math.floor(value / 1000));
  return parts(seconds >= 600 ? seconds - (seconds % 60) : seconds);
}

function parts(seconds) {
  const units = [
    ["d", 86_400],
    ["h", 3600],
    ["min", 60],
    ["s", 1],
  ];
  const at = seconds < 1 ? 3 : units.findIndex(([, size]) => seconds >= size);
  return units
    .slice(at, at + 2)
    .map(([unit, size], i) => [Math.floor((i === 0 ? seconds : seconds % units[at][1]) / size), unit])
    .filter(([amount], i) => i === 0 || amount > 0)
    .map(([amount, unit]) => amount + NARROW + unit)
    .join(" ");
}

/** How long ago, in milliseconds: just now, 12 s ago, 3 min ago. */
export function ago(value) {
  if (!known(value)) {
    return NONE;
  }
  if (value < 2000) {
    return "just now";
  }
  const seconds = Math.floor(value / 1000);
  const [unit, size] =
    seconds < 60 ? ["s", 1] : seconds < 3600 ? ["min", 60] : seconds < 86_400 ? ["h", 3600] : ["d", 86_400];
  return Math.floor(seconds / size) + NARROW + unit + " ago";
}

/** A moment in full, in the reader's time zone. */
export const full = (instant) => moment.format(new Date(instant));

/** Hour, minute and second; the day too where that is not today. */
export function clock(instant, now) {
  const at = new Date(instant);
  const today = new Date(now).toDateString() === at.toDateString();
  return today ? time.format(at) : day.format(at) + " " + time.format(at);
}

/** 512 B, 4.2 KiB, 31 MiB. */
export function bytes(value) {
  if (!known(value)) {
    return NONE;
  }
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let amount = value;
  let at = 0;
  while (amount >= 1024 && at < units.length - 1) {
    amount /= 1024;
    at++;
  }
  return (amount < 10 && at > 0 ? one : whole).format(amount) + NARROW + units[at];
}

/** “1 instance”, “3 instances”. */
export const plural = (count, noun) => `${whole.format(count)} ${noun}${count === 1 ? "" : "s"}`;

/** The beginning of a digest. */
export const digest = (sha256) => sha256.slice(0, 12);
