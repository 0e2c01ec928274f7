// What of a table is not stored, and why: rows, single values, whole columns.

import { CodedError } from "../../../../shared/errors.ts";

/** What makes a row useless: how many columns it has, its station id, its time, or that its time is still to come. */
export const rowFaults = ["columns", "station", "time", "future"] as const;

/** One of {@link rowFaults}: the code of a {@link BrokenRow}, and a label of metrics. */
export type RowFault = (typeof rowFaults)[number];

/** A line that was skipped, and why. */
export type RejectedLine = { line: number; code: RowFault; reason: string };

/** A number that no sea or sky has, skipped in a row that was kept otherwise. */
export type ImplausibleValue = { line: number; column: string; value: number };

/** A cell that holds neither a number nor a word for "not measured". It costs this one value only. */
export type UnreadableCell = { line: number; column: string; text: string };

/** A column that is not essential and cannot be read: its values are `null` in every row. */
export type MissingColumn = { column: string; reason: string };

/** What of a table was skipped. */
export type RejectedRows = {
  rejectedLines: RejectedLine[];
  implausible: ImplausibleValue[];
  unreadable: UnreadableCell[];
  missingColumns: MissingColumn[];
};

/** Of a file that was not read. */
export const nothingRejected: RejectedRows = { rejectedLines: [], implausible: [], unreadable: [], missingColumns: [] };

/** What a table held: its observations in the file's order, and what was skipped. */
export type Parsed<T> = { observations: T[] } & RejectedRows;

/** Thrown while a row is read: what is wrong with it. It costs this row only. */
export class BrokenRow extends CodedError {
  override name = "BrokenRow";
  declare readonly code: RowFault;
  constructor(code: RowFault, reason: string) {
    super(code, reason);
  }
}
