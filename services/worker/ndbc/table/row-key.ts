// Reads the station id and the time of a row.

import { stationIdPattern, upperCaseStationId } from "../../../../shared/measurements.ts";
import { quote } from "../foreign-text.ts";
import { cellDigits, cellText, type Row } from "./cells.ts";
import { BrokenRow } from "./rejected-rows.ts";
import { bindColumn, type Table } from "./table.ts";

/** Indexes of the time columns, and the earliest and latest accepted time. */
type TimeColumns = {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  earliestMs: number;
  latestMs: number;
};

/** Max time that a row may be ahead of NDBC's clock, in ms. Some stations are a few seconds ahead. */
const clockSkewMs = 5 * 60_000;

/**
 * Finds the columns of the time.
 * @param now the time when NDBC sent the file; rows too far ahead of it are rejected
 * @param earliestMs rows before this time are rejected; by default none
 * @throws {NotDataError} when the header lacks one or has one twice
 */
export function bindTime(table: Table, now: Date, earliestMs = Number.NEGATIVE_INFINITY): TimeColumns {
  return {
    // The year has four digits under both names.
    year: bindColumn(table, table.names.includes("YYYY") ? "YYYY" : "YY"),
    month: bindColumn(table, "MM"),
    day: bindColumn(table, "DD"),
    hour: bindColumn(table, "hh"),
    minute: bindColumn(table, "mm"),
    earliestMs,
    latestMs: now.getTime() + clockSkewMs,
  };
}

/**
 * Reads the time of a row, which is UTC.
 * @throws {BrokenRow} when the time is invalid, in the future or too old
 */
export function readTime(row: Row, columns: TimeColumns): Date {
  const year = cellDigits(row, columns.year);
  const month = cellDigits(row, columns.month);
  const day = cellDigits(row, columns.day);
  const hour = cellDigits(row, columns.hour);
  const minute = cellDigits(row, columns.minute);
  const time = new Date(Date.UTC(year, month - 1, day, hour, minute));
  // Date.UTC carries over: the 30th of February is a day in March.
  const isDay = year >= 1000 && year <= 9999 && month >= 1 && month <= 12 && time.getUTCDate() === day;
  if (!(isDay && hour <= 23 && minute <= 59))
    throw new BrokenRow("time", `${quote(timeText(row, columns))} is no time`);
  if (time.getTime() > columns.latestMs)
    throw new BrokenRow("future", `${quote(timeText(row, columns))} is in the future`);
  if (time.getTime() < columns.earliestMs)
    throw new BrokenRow("old", `${quote(timeText(row, columns))} is older than RETENTION_DAYS`);
  return time;
}

/**
 * Reads the station of a row, upper case.
 * @throws {BrokenRow} when it is no valid station id
 */
export function readStationId(row: Row, index: number): string {
  const id = upperCaseStationId(cellText(row, index));
  if (!stationIdPattern.test(id)) throw new BrokenRow("station", `${quote(id)} is no station id`);
  return id;
}

function timeText(row: Row, { year, month, day, hour, minute }: TimeColumns): string {
  return [year, month, day, hour, minute].map((index) => cellText(row, index)).join(" ");
}
