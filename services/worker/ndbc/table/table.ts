// Reads NDBC's text tables: the header, then row by row.

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
 * An NDBC text table. The header line starts with `#` and names the columns; usually a second `#` line has the units. Then
 * each line is a row, with cells separated by blanks. Column order and cell width are not fixed: both have changed over
 * the years and differ between files.
 */
export type Table = {
  body: string;
  /** Column names in the file's order, the first without its `#`. */
  names: string[];
  /** Column units; `null` if the file has no units line. */
  units: string[] | null;
  /** Offset in the body where rows can start. */
  rowsStart: number;
  /** Wanted columns that are missing or unreadable; {@link findColumn} adds to them. */
  missingColumns: MissingColumn[];
};

/**
 * Reads header and units, and checks that the body is a complete table.
 * @throws {NotDataError} for an HTML page, an empty body, a body cut off
 */
export function openTable(body: string): Table {
  if (!body.startsWith("#")) throw new NotDataError(describeBody(body));
  // Without a Content-Length, a cut transfer looks complete, but it rarely ends with a complete line.
  if (!body.endsWith("\n")) throw new NotDataError(`a file cut off in the middle of line ${body.split("\n").length}`);
  const headerEnd = body.indexOf("\n");
  const second = body.slice(headerEnd + 1, body.indexOf("\n", headerEnd + 1));
  const names = words(body.slice(1, headerEnd));
  const units = words(second.slice(1));
  // Other '#' lines are remarks. They can be anywhere, even here.
  const hasUnits = second.startsWith("#") && units.length === names.length;
  return { body, names, units: hasUnits ? units : null, rowsStart: headerEnd + 1, missingColumns: [] };
}

/**
 * Finds a required column.
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
 * Finds an optional column. If it is missing, duplicated or in another unit, it is added to `missingColumns`.
 * @param allowedUnits if there is a units line, it must have one of these
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

/** Max broken lines. NDBC's largest file has fewer lines, so a file with more broken ones is not NDBC's. */
const maxRejectedLines = 10_000;

/**
 * Reads every row. Skips and reports broken rows; ignores remarks and empty lines.
 * @param readRow returns the observation in a row, or throws {@link BrokenRow}
 * @param limits.maxRows a file with more rows is not NDBC's
 * @param limits.mayBeEmpty whether a table without rows is valid
 * @throws {NotDataError} when no row is usable, or when there are too many rows or more than {@link maxRejectedLines}
 *   broken lines
 */
export function readRows<T>(
  table: Table,
  readRow: (row: Row) => T,
  { maxRows, mayBeEmpty = false }: { maxRows: number; mayBeEmpty?: boolean },
): Parsed<T> {
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
      if (observations.length > maxRows) throw new NotDataError(`a file with more than ${maxRows} rows`);
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
