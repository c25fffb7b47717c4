// Small charts, drawn as SVG: no axis more than is needed to read them, and a sentence that says the
// same to whoever cannot see them.

import { h } from "./dom.js";

const WIDTH = 120;
const HEIGHT = 32;

/**
 * Lines over time without axes, for a row of a table.
 *
 * series: [{ name, values, kind }], values oldest first with null where nothing is known; kind is
 * the class that gives the colour. All share one scale, from 0.
 */
export function spark(series, label, format) {
  const most = highest(series);
  return h(
    "svg",
    {
      class: "spark",
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": sentence(series, label, format),
    },
    series.map((line, i) => drawn(line, { width: WIDTH, height: HEIGHT, top: 3, most, area: i === 0 })),
  );
}

/** The same, larger, with the highest value, a base line, and the time that it covers. */
export function chart(series, { label, format, seconds, least = 0 }) {
  const width = 600;
  const height = 140;
  const most = nice(Math.max(highest(series), least));
  const empty = series.every((line) => line.values.every((value) => value === null));
  return h(
    "figure",
    { class: "chart" },
    h(
      "figcaption",
      {},
      h("span", { class: "chart-name" }, label),
      series.map((line) =>
        h(
          "span",
          { class: `legend ${line.kind}` },
          series.length > 1 ? h("span", { class: "legend-name" }, line.name) : null,
          h("strong", {}, format("now" in line ? line.now : latest(line.values))),
        ),
      ),
    ),
    h(
      "div",
      { class: "chart-field" },
      h("span", { class: "chart-most", "aria-hidden": "true" }, empty ? "" : format(most)),
      h(
        "svg",
        {
          viewBox: `0 0 ${width} ${height}`,
          preserveAspectRatio: "none",
          role: "img",
          "aria-label": sentence(series, label, format),
        },
        [0, 0.5, 1].map((part) =>
          h("line", { class: "grid", x1: 0, x2: width, y1: height * part, y2: height * part }),
        ),
        series.map((line, i) => drawn(line, { width, height, top: 0, most, area: i === 0 })),
      ),
    ),
    h(
      "div",
      { class: "chart-time", "aria-hidden": "true" },
      h("span", {}, seconds >= 120 ? `${Math.round(seconds / 60)} min ago` : `${seconds} s ago`),
      h("span", {}, "now"),
    ),
  );
}

const known = (values) => values.filter((value) => value !== null && value !== undefined);

const latest = (values) => known(values).at(-1);

const highest = (series) => Math.max(0, ...series.flatMap((line) => known(line.values)));

// A round number: the scale stays while values move a little.
function nice(value) {
  if (value <= 0) {
    return 1;
  }
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 5, 7.5, 10].map((step) => step * power).find((step) => step >= value) ?? value;
}

function drawn(line, { width, height, top, most, area }) {
  const step = width / Math.max(1, line.values.length - 1);
  const scale = (height - top - 1) / (most || 1);
  const y = (value) => (height - 0.5 - value * scale).toFixed(1);
  const runs = [];
  let run = [];
  line.values.forEach((value, i) => {
    if (value === null || value === undefined) {
      runs.push(run);
      run = [];
    } else {
      run.push([(i * step).toFixed(1), y(value)]);
    }
  });
  runs.push(run);
  const drawnRuns = runs.filter((points) => points.length > 0);
  const path = drawnRuns
    .map((points) => "M" + points.map((point) => point.join(" ")).join("L") + (points.length === 1 ? "h0.1" : ""))
    .join("");
  const under = drawnRuns
    .map((points) => `M${points[0][0]} ${height}L${points.map((p) => p.join(" ")).join("L")}L${points.at(-1)[0]} ${height}Z`)
    .join("");
  return h(
    "g",
    { class: line.kind },
    area && under !== "" ? h("path", { class: "area", d: under }) : null,
    path === "" ? null : h("path", { class: "line", d: path }),
  );
}

function sentence(series, label, format) {
  const said = series.map((line) => {
    const values = known(line.values);
    const name = series.length > 1 ? `${line.name} ` : "";
    return values.length === 0
      ? `${name}not known yet`
      : `${name}now ${format(values.at(-1))}, between ${format(Math.min(...values))} and ${format(Math.max(...values))}`;
  });
  return `${label}: ${said.join("; ")}`;
}
