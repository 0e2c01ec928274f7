import { describeBody, NotDataError, quote } from "./not-data.ts";

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

/** The row that is being read. One object serves all rows of a table: it is only good until the next one is read. */
export type Row = {
  body: string;
  /** Counted from 1 in the whole body, as an editor shows it. */
  line: number;
  /** Where in the body each cell starts and ends. */
  starts: Int32Array;
  ends: Int32Array;
  /** Values that were skipped so far, of all rows. */
  implausible: ImplausibleValue[];
  /** Cells that were skipped so far, of all rows. */
  unreadable: UnreadableCell[];
};

/** What makes a row useless: how many columns it has, its station id, its time, or that its time is still to come. */
export const rowFaults = ["columns", "station", "time", "future"] as const;

export type RowFault = (typeof rowFaults)[number];

/** A line that was left out, and why. */
export type RejectedLine = { line: number; fault: RowFault; reason: string };

/** A number that no sea or sky has, left out of a row that was kept otherwise. */
export type ImplausibleValue = { line: number; column: string; value: number };

/** A cell that holds neither a number nor a word for "not measured". It costs this one value only. */
export type UnreadableCell = { line: number; column: string; text: string };

/** A column that is not essential and cannot be read: its values are `null` in every row. */
export type MissingColumn = { column: string; reason: string };

/** What of a table was left out. */
export type LeftOut = {
  rejectedLines: RejectedLine[];
  implausible: ImplausibleValue[];
  unreadable: UnreadableCell[];
  missingColumns: MissingColumn[];
};

/** Of a file that was not read. */
export const nothingLeftOut: LeftOut = { rejectedLines: [], implausible: [], unreadable: [], missingColumns: [] };

/** What a table held: its observations in the file's order, and what was left out. */
export type Parsed<T> = { observations: T[] } & LeftOut;

/** Thrown while a row is read: what is wrong with it. It costs this row only. */
export class BrokenRow extends Error {
  constructor(
    readonly fault: RowFault,
    reason: string,
  ) {
    super(reason);
  }
}

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
      rejectedLines.push({ line: row.line, fault: error.fault, reason: error.message });
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

/** A cell as it stands in the file. */
export function cellText(row: Row, index: number): string {
  const { start, end } = cell(row, index);
  return row.body.slice(start, end);
}

/** Whether a cell is exactly this text. */
export function cellIs(row: Row, index: number, text: string): boolean {
  const { body } = row;
  const { start, end } = cell(row, index);
  if (end - start !== text.length) return false;
  for (let at = start; at < end; at++) if (body.charCodeAt(at) !== text.charCodeAt(at - start)) return false;
  return true;
}

/**
 * A cell as a decimal number like `12`, `-0.3` or `+0.6`; `NaN` when it is anything else. `-0.0` is 0.
 *
 * It reads the digits itself, since to cut out a million strings for `Number` would take most of the time. A quotient of
 * two whole numbers below 2^53 is rounded as `Number` rounds.
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

/** A cell of digits and nothing else as a whole number; `NaN` when it is anything else. */
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

/** Notes where the cells of a line are. Returns how many there are, though only as many as the header has are noted. */
function splitCells({ body, starts, ends }: Row, lineStart: number, lineEnd: number): number {
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

function words(line: string): string[] {
  return line.split(/[ \t\r]+/).filter((word) => word !== "");
}
