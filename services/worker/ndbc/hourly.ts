// Parses NDBC's file of one hour of the whole network.

import type { Observation } from "../../../shared/measurements.ts";
import { bindMeasurements, readObservation } from "./table/columns.ts";
import type { Parsed } from "./table/rejected-rows.ts";
import { bindTime, readStationId, readTime } from "./table/row-key.ts";
import { bindColumn, openTable, readRows } from "./table/table.ts";

/** An hour of the whole network. */
const maxRows = 5_000;

/**
 * Parses `hourly2/hour_HH.txt`: every row of every station in one UTC hour of the last day, without positions. Until NDBC
 * overwrites it, the file has the rows of yesterday's hour.
 * @param body the file, one character per byte
 * @param now the time when NDBC sent it; rows more than five minutes ahead of it are skipped
 * @throws {NotDataError} when it is another file, incomplete, too large, or without a usable row
 */
export function parseHourly(body: string, now: Date): Parsed<Observation> {
  const table = openTable(body);
  const station = bindColumn(table, "STN");
  const time = bindTime(table, now);
  const measured = bindMeasurements(table);
  return readRows(table, (row) => readObservation(row, measured, readStationId(row, station), readTime(row, time)), {
    maxRows,
  });
}
