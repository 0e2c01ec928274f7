// Parses NDBC's files of one station's last 45 days.

import type { Observation } from "../../../shared/measurements.ts";
import { bindMeasurements, type MeasurementColumns, readObservation } from "./table/columns.ts";
import type { Parsed } from "./table/rejected-rows.ts";
import { bindTime, readTime } from "./table/row-key.ts";
import { openTable, readRows, type Table } from "./table/table.ts";

/** 45 days; the largest known file has 6,562 rows. */
const maxRows = 10_000;

/**
 * Parses `realtime2/<ID>.txt`: all measurements of one station in the last 45 days, newest first. A file without rows
 * is valid: the station has no news.
 * @param stationId upper case; the file does not name it
 * @param body the file, one character per byte
 * @param now the time when NDBC sent it; rows more than five minutes ahead of it are skipped
 * @throws {NotDataError} when it is another file, incomplete or too large, or when it has rows but no usable one
 */
export function parseRealtime(stationId: string, body: string, now: Date): Parsed<Observation> {
  const table = openTable(body);
  return readStation(stationId, table, bindMeasurements(table), now);
}

/**
 * Parses `realtime2/<ID>.spec`: the wave summary of one station. Reads height, average period and mean direction. Its
 * times are those of the wave measurement, often ten minutes before the same values in `.txt`.
 * Parameters and errors are those of {@link parseRealtime}.
 */
export function parseSpec(stationId: string, body: string, now: Date): Parsed<Observation> {
  const table = openTable(body);
  const waves = ["waveHeightM", "averagePeriodS", "meanWaveDirDeg"] as const;
  return readStation(stationId, table, bindMeasurements(table, waves, ["MM", "N/A", "-99"]), now);
}

function readStation(stationId: string, table: Table, measured: MeasurementColumns, now: Date): Parsed<Observation> {
  const time = bindTime(table, now);
  return readRows(table, (row) => readObservation(row, measured, stationId, readTime(row, time)), {
    maxRows,
    mayBeEmpty: true,
  });
}
