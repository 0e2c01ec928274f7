// Reads single cells of a row, without creating substrings of the file.

import type { ImplausibleValue, UnreadableCell } from "./rejected-rows.ts";

/** The current row. All rows of a table share this object, so it is valid only until the next row. */
export type Row = {
  body: string;
  /** Line number in the body, from 1, as in an editor. */
  line: number;
  /** Start and end offsets of each cell in the body. */
  starts: Int32Array;
  ends: Int32Array;
  /** Skipped values of all rows so far. */
  implausible: ImplausibleValue[];
  /** Skipped cells of all rows so far. */
  unreadable: UnreadableCell[];
};

/** Returns the text of a cell. */
export function cellText(row: Row, index: number): string {
  const { start, end } = cell(row, index);
  return row.body.slice(start, end);
}

/** Returns whether a cell is exactly this text. */
export function cellIs(row: Row, index: number, text: string): boolean {
  const { body } = row;
  const { start, end } = cell(row, index);
  if (end - start !== text.length) return false;
  for (let at = start; at < end; at++) if (body.charCodeAt(at) !== text.charCodeAt(at - start)) return false;
  return true;
}

/**
 * Reads a cell as a decimal number like `12`, `-0.3` or `+0.6`; `NaN` when it is anything else. `-0.0` is 0.
 *
 * It parses the digits itself, because a million substrings for `Number` would take most of the time. The quotient of two
 * whole numbers below 2^53 is rounded exactly as in `Number`.
 */
export function cellNumber(row: Row, index: number): number {
  const { body } = row;
  const { start, end } = cell(row, index);
  const sign = body.charCodeAt(start);
  let digits = 0;
  let whole = 0;
  let scale = 0;
  for (let at = sign === plus || sign === minus ? start + 1 : start; at < end; at++) {
    const code = body.charCodeAt(at);
    if (code >= zero && code <= nine) {
      whole = whole * 10 + (code - zero);
      scale *= 10;
      digits++;
    } else if (code === point && scale === 0) scale = 1;
    else return Number.NaN;
  }
  if (digits === 0 || digits > 15) return Number.NaN;
  const size = scale > 1 ? whole / scale : whole;
  return sign === minus ? 0 - size : size;
}

/** Reads a cell of only digits as a whole number; `NaN` when it is anything else. */
export function cellDigits(row: Row, index: number): number {
  const { body } = row;
  const { start, end } = cell(row, index);
  let value = 0;
  for (let at = start; at < end; at++) {
    const code = body.charCodeAt(at);
    if (code < zero || code > nine) return Number.NaN;
    value = value * 10 + (code - zero);
  }
  return value;
}

const [plus, minus, point, zero, nine] = [0x2b, 0x2d, 0x2e, 0x30, 0x39];
const [blank, tab, carriageReturn] = [0x20, 0x09, 0x0d];

function cell(row: Row, index: number): { start: number; end: number } {
  return { start: row.starts[index] ?? 0, end: row.ends[index] ?? 0 };
}

/** Stores the offsets of a line's cells, at most as many as the header has. @returns the number of cells in the line */
export function splitCells({ body, starts, ends }: Row, lineStart: number, lineEnd: number): number {
  let cells = 0;
  let inside = false;
  for (let at = lineStart; at < lineEnd; at++) {
    const code = body.charCodeAt(at);
    const isBlank = code === blank || code === tab || code === carriageReturn;
    if (isBlank === inside) {
      if (isBlank) ends[cells - 1] = at;
      else starts[cells++] = at;
      inside = !isBlank;
    }
  }
  if (inside) ends[cells - 1] = lineEnd;
  return cells;
}
