import { formatEnd } from "./format.ts";
import { type MappingRow, mapping } from "./mapping.ts";

/** Writes the mapping into a table's body, in words: the same mapping that the bells play. */
export function showMapping(body: HTMLTableSectionElement): void {
  for (const row of Object.values<MappingRow>(mapping)) {
    const tableRow = body.insertRow();
    const [least, most] = row.range;
    const heading = document.createElement("th");
    heading.scope = "row";
    heading.textContent = row.measured;
    tableRow.append(heading);
    addCell(tableRow, "You hear", row.heard);
    addCell(tableRow, "From", `${formatEnd(least, row.unit)}: ${row.least}`);
    addCell(tableRow, "To", `${formatEnd(most, row.unit)}: ${row.most}`);
    addCell(tableRow, "Not measured", row.missing);
  }
}

/** @param label shown instead of the column's head where the table is too narrow for columns */
function addCell(row: HTMLTableRowElement, label: string, text: string): void {
  const cell = row.insertCell();
  cell.dataset.label = label;
  cell.textContent = text;
}
