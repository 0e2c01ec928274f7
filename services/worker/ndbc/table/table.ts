// Reads a text table of NDBC's: its header, and its rows one by one.

import { NotDataError } from "../errors.ts";
import { describeBody, quote } from "../foreign-text.ts";
import { type Row, splitCells } from "./cells.ts";
import {
  BrokenRow,
  type ImplausibleValue,
  type MissingColumn,
  type Parsed,
  type RejectedLine,
  type UnreadableCell,
} from "./rejected-rows.ts";

/**
 * A text table of NDBC's: a header that starts with `#` and names the columns, mostly a second `#` line with their units,
 * then a row a line, its cells between runs of blanks. Neither the order of the columns nor the width of a cell is fixed:
 * both have changed over the years and differ between files.
 */
export type Table = {
  body: string;
  /** Column names in the file's order, the first without its `#`. */
  names: string[];
  /** Their units, `null` where the file has no such line. */
  units: string[] | null;
  /** Where in the body the first row may start. */
  rowsStart: number;
  /** Columns that were looked for and cannot be read; {@link findColumn} adds to them. */
  missingColumns: MissingColumn[];
};

/**
 * Reads header and units, and makes sure that the body is a table and has its end.
 * @throws {NotDataError} for an HTML page, an empty body, a body cut off
 */
export function openTable(body: string): Table {
  if (!body.startsWith("#")) throw new NotDataError(describeBody(body));
  // A cut transfer without a Content-Length looks complete, but hardly ever ends with a whole line.
  if (!body.endsWith("\n")) throw new NotDataError(`a file cut off in the middle of line ${body.split("\n").length}`);
  const headerEnd = body.indexOf("\n");
  const second = body.slice(headerEnd + 1, body.indexOf("\n", headerEnd + 1));
  const names = words(body.slice(1, headerEnd));
  const units = words(second.slice(1));
  // Other '#' lines are remarks, which may stand anywhere, here too.
  const hasUnits = second.startsWith("#") && units.length === names.length;
  return { body, names, units: hasUnits ? units : null, rowsStart: headerEnd + 1, missingColumns: [] };
}

/**
 * Finds a column without which no row is of use.
 * @returns its index, for {@link cellText}, {@link cellNumber} and {@link cellDigits}
 * @throws {NotDataError} when the header lacks it or has it twice
 */
export function bindColumn(table: Table, name: string): number {
  const index = table.names.indexOf(name);
  if (index < 0) throw new NotDataError(`a file whose header lacks ${name}`);
  if (table.names.includes(name, index + 1)) throw new NotDataError(`a file whose header has ${name} twice`);
  return index;
}

/**
 * Finds a column that rows can do without. One that the header lacks or has twice, or that is in another unit, is noted in
 * the table.
 * @param allowedUnits the units line, where there is one, has to name one of them
 * @returns its index, or `null` when it cannot be read
 */
export function findColumn(table: Table, name: string, allowedUnits: readonly string[]): number | null {
  const { names, units, missingColumns } = table;
  const index = names.indexOf(name);
  const unit = units?.[index];
  const note = (reason: string) => {
    missingColumns.push({ column: name, reason });
    return null;
  };
  if (index < 0) return note("the header lacks it");
  if (names.includes(name, index + 1)) return note("the header has it twice");
  if (unit === undefined || allowedUnits.includes(unit)) return index;
  return note(`it is in ${quote(unit)} instead of ${quote(allowedUnits.join(" or "))}`);
}

/** More than NDBC's largest file has lines: a file of which so many are broken is none of NDBC's. */
const maxRejectedLines = 10_000;

/**
 * Reads every row. A broken one is skipped and reported; remarks and empty lines are passed over.
 * @param readRow makes an observation of a row, or throws {@link BrokenRow}
 * @param mayBeEmpty whether a table without any row is one that has nothing to tell
 * @throws {NotDataError} when no row is usable, or when more than {@link maxRejectedLines} lines are broken
 */
export function readRows<T>(table: Table, readRow: (row: Row) => T, { mayBeEmpty = false } = {}): Parsed<T> {
  const { body, names, missingColumns } = table;
  const observations: T[] = [];
  const rejectedLines: RejectedLine[] = [];
  const implausible: ImplausibleValue[] = [];
  const unreadable: UnreadableCell[] = [];
  const starts = new Int32Array(names.length);
  const row: Row = { body, line: 1, starts, ends: new Int32Array(names.length), implausible, unreadable };

  for (let start = table.rowsStart, end = 0; start < body.length; start = end + 1) {
    end = body.indexOf("\n", start);
    row.line++;
    if (body[start] === "#") continue;
    const cells = splitCells(row, start, end);
    if (cells === 0) continue;
    const before = { implausible: implausible.length, unreadable: unreadable.length };
    try {
      if (cells !== names.length) throw new BrokenRow("columns", `has ${cells} columns instead of ${names.length}`);
      observations.push(readRow(row));
    } catch (error) {
      if (!(error instanceof BrokenRow)) throw error;
      rejectedLines.push({ line: row.line, code: error.code, reason: error.message });
      if (rejectedLines.length > maxRejectedLines) {
        throw new NotDataError(`a file with more than ${maxRejectedLines} broken lines`);
      }
      implausible.length = before.implausible;
      unreadable.length = before.unreadable;
    }
  }

  if (observations.length === 0) {
    const [first] = rejectedLines;
    if (first) {
      const example = `line ${first.line}: ${first.reason}`;
      throw new NotDataError(`a file with no usable row among ${rejectedLines.length} (${example})`);
    }
    if (!mayBeEmpty) throw new NotDataError("a file without a row");
  }
  return { observations, rejectedLines, implausible, unreadable, missingColumns };
}

function words(line: string): string[] {
  return line.split(/[ \t\r]+/).filter((word) => word !== "");
}
