import { h } from "../dom.js";

/**
 * A table whose rows become cards where the window is narrow. The roles are said outright, because
 * a table that is laid out as blocks is no table any more to some screen readers.
 *
 * columns: [{ name, cell(row), class }]; a cell that is null is left out of a card.
 */
export function table(label, columns, rows, key) {
  return h(
    "table",
    { class: "table", role: "table", "aria-label": label },
    h(
      "thead",
      { role: "rowgroup" },
      h(
        "tr",
        { role: "row" },
        columns.map((column) =>
          h(
            "th",
            { role: "columnheader", scope: "col", class: column.class },
            column.hidden ? h("span", { class: "unseen" }, column.name) : column.name,
          ),
        ),
      ),
    ),
    h(
      "tbody",
      { role: "rowgroup" },
      rows.map((row) =>
        h(
          "tr",
          { role: "row", key: key(row) },
          columns.map((column) => {
            const cell = column.cell(row);
            const absent = cell === null || cell === "" || cell === undefined;
            return h(
              "td",
              {
                role: "cell",
                class: [column.class, absent ? "empty" : ""].filter(Boolean).join(" ") || null,
                "data-label": column.name,
              },
              typeof cell === "object" ? cell : h("span", {}, String(cell ?? "")),
            );
          }),
        ),
      ),
    ),
  );
}
