// The table of the mapping from data to sound.

import { make } from "../../dom/dom.ts";
import { type MappedScale, mapping } from "../../sound/mapping.ts";
import { end, heads, rows } from "../../words/english/mapping.ts";
import { fill } from "../../words/message.ts";

/** Shows the mapping of the sound as a table in words. */
export function showMapping(element: HTMLElement): void {
  const head = make("tr", {}, ...heads.map((text) => make("th", { scope: "col", textContent: text })));
  const names = Object.keys(rows) as (keyof typeof rows)[];
  element.replaceChildren(make("table", {}, make("thead", {}, head), make("tbody", {}, ...names.map(createRow))));
}

function createRow(name: keyof typeof rows): HTMLTableRowElement {
  const { unit, range }: MappedScale = mapping[name];
  const { measured, heard, least, most, missing } = rows[name];
  const [from, to] = range.map((value) => formatEnd(value, unit));
  const cells = [
    heard,
    fill(end, { value: from ?? "", sound: least }),
    fill(end, { value: to ?? "", sound: most }),
    missing,
  ];
  return make(
    "tr",
    {},
    make("th", { scope: "row", textContent: measured }),
    // On a narrow page the column heads are hidden, so each cell has its own label.
    ...cells.map((text, index) =>
      make("td", { textContent: text, attributes: { "data-label": heads[index + 1] ?? "" } }),
    ),
  );
}

function formatEnd(value: number, unit: string): string {
  return `${String(value).replace("-", "−")}${unit === "°" ? "" : "\u00a0"}${unit}`;
}
