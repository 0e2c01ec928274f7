// Converts cells to numbers. "MM", NDBC's other words for "not measured" and implausible values become null.

import { shorten } from "../foreign-text.ts";
import { cellIs, cellNumber, cellText, type Row } from "./cells.ts";

/** NDBC's word for "not measured" in nearly all of its files. */
export const notMeasured = "MM";

/** A column of numbers in an open table. */
export type NumberColumn = {
  name: string;
  /** Index of its cell in each row. */
  index: number;
  /** The words for "not measured". */
  missing: readonly string[];
  /** A number that some stations write for "not measured"; `null`: none is known. */
  filler: number | null;
  /** Plausible range, both ends included. */
  min: number;
  max: number;
};

/**
 * Reads the number in a cell; `null` when it was not measured or is implausible. A value outside the column's range and a
 * cell without a number are added to the row's lists.
 * @param column `null`: the table lacks it, so nothing was measured
 */
export function readNumber(row: Row, column: NumberColumn | null): number | null {
  if (column === null) return null;
  const { name, index, missing, min, max } = column;
  for (const word of missing) if (cellIs(row, index, word)) return null;
  const value = cellNumber(row, index);
  if (value >= min && value <= max) return value;
  if (Number.isNaN(value)) row.unreadable.push({ line: row.line, column: name, text: shorten(cellText(row, index)) });
  else if (value !== column.filler) row.implausible.push({ line: row.line, column: name, value });
  return null;
}
