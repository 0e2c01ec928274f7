// Logs the skipped data of NDBC's files.

import type { Log } from "../../../shared/process/log.ts";
import type { MissingColumn, RejectedRows } from "../ndbc/table/rejected-rows.ts";

/** NDBC's kinds of tables. All files of one kind have the same columns. */
export type FileKind = "latest_obs" | "hourly2" | "realtime2 txt" | "realtime2 spec";

/** Logs the skipped data of one file. */
export type RejectedRowsLog = (kind: FileKind, path: string, rejectedRows: RejectedRows) => void;

/** Max entries in a log line; the rest is counted. */
const listed = 100;

/**
 * Creates the log of skipped data: broken lines, cells without a number and implausible values. A missing column is logged
 * once per kind of file, and again when it is back.
 */
export function createRejectedRowsLog(log: Log): RejectedRowsLog {
  const missingOf = new Map<FileKind, string[]>();

  function logColumns(kind: FileKind, path: string, missing: MissingColumn[]): void {
    const before = missingOf.get(kind) ?? [];
    const now = missing.map(({ column }) => column);
    missingOf.set(kind, now);
    for (const { column, reason } of missing) {
      if (before.includes(column)) continue;
      log.warn("a column cannot be read: its values are null until it is back", { kind, file: path, column, reason });
    }
    const back = before.filter((column) => !now.includes(column));
    if (back.length > 0) log.info("columns are back", { kind, file: path, columns: back });
  }

  return (kind, path, { rejectedLines: lines, unreadable: cells, implausible: values, missingColumns }) => {
    const list = <T>(all: T[]) => ({ file: path, count: all.length, first: all.slice(0, listed) });
    logColumns(kind, path, missingColumns);
    if (lines.length > 0) log.warn("skipped broken lines", list(lines));
    if (cells.length > 0) log.info("skipped unreadable cells", list(cells));
    if (values.length > 0) log.info("skipped implausible values", list(values));
  };
}
