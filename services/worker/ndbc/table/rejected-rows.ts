// The types of skipped data in a table: rows, values and columns.

import { CodedError } from "../../../../shared/errors.ts";

/** Faults that reject a row: wrong number of columns, invalid station id, invalid time, a time in the future or too old. */
export const rowFaults = ["columns", "station", "time", "future", "old"] as const;

/** One of {@link rowFaults}: the code of a {@link BrokenRow}, and a label of metrics. */
export type RowFault = (typeof rowFaults)[number];

/** A skipped line, and why. */
export type RejectedLine = { line: number; code: RowFault; reason: string };

/** A number outside the plausible range. The rest of the row is kept. */
export type ImplausibleValue = { line: number; column: string; value: number };

/** A cell with neither a number nor a word for "not measured". The rest of the row is kept. */
export type UnreadableCell = { line: number; column: string; text: string };

/** A missing or unreadable optional column. Its values are `null` in every row. */
export type MissingColumn = { column: string; reason: string };

/** All skipped data of a table. */
export type RejectedRows = {
  rejectedLines: RejectedLine[];
  implausible: ImplausibleValue[];
  unreadable: UnreadableCell[];
  missingColumns: MissingColumn[];
};

/** The empty {@link RejectedRows}, for a file that was not read. */
export const nothingRejected: RejectedRows = { rejectedLines: [], implausible: [], unreadable: [], missingColumns: [] };

/** The parsed table: its observations in the file's order, and the skipped data. */
export type Parsed<T> = { observations: T[] } & RejectedRows;

/** Thrown by row readers for a broken row. Only this row is skipped. */
export class BrokenRow extends CodedError {
  override name = "BrokenRow";
  declare readonly code: RowFault;
  constructor(code: RowFault, reason: string) {
    super(code, reason);
  }
}
