// The table of the mapping from data to sound.

import { make } from "../../dom/dom.ts";
import { type MappingRow, mapping } from "../../sound/mapping.ts";

/** Shows the mapping of the sound as a table in words. */
export function showMapping(element: HTMLElement): void {
  const heads = ["Measured", "You hear", "From", "To", "Not measured"];
  const head = make("tr", {}, ...heads.map((text) => make("th", { scope: "col", textContent: text })));
  element.replaceChildren(
    make("table", {}, make("thead", {}, head), make("tbody", {}, ...Object.values<MappingRow>(mapping).map(createRow))),
  );

  function createRow({ measured, unit, range: [least, most], ...words }: MappingRow): HTMLTableRowElement {
    const cells = [
      words.heard,
      `${end(least, unit)}: ${words.least}`,
      `${end(most, unit)}: ${words.most}`,
      words.missing,
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
}

function end(value: number, unit: string): string {
  return `${String(value).replace("-", "−")}${unit === "°" ? "" : "\u00a0"}${unit}`;
}
