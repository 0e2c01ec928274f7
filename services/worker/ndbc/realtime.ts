// NDBC's files of one station's last 45 days.

import type { Observation } from "../../../shared/measurements.ts";
import { bindMeasurements, type MeasurementColumns, readObservation } from "./table/columns.ts";
import type { Parsed } from "./table/rejected-rows.ts";
import { bindTime, readTime } from "./table/row-key.ts";
import { openTable, readRows, type Table } from "./table/table.ts";

/**
 * Parses `realtime2/<ID>.txt`: all that one station measured in the last 45 days, newest first. A file without a row is
 * a station without news.
 * @param stationId upper case; the file does not name it
 * @param body the file, a character a byte
 * @param now the time when NDBC sent it; rows more than five minutes ahead of it are skipped
 * @throws {NotDataError} when it is another file, not a whole one, or when none of its rows is usable
 */
export function parseRealtime(stationId: string, body: string, now: Date): Parsed<Observation> {
  const table = openTable(body);
  return readStation(stationId, table, bindMeasurements(table), now);
}

/**
 * Parses `realtime2/<ID>.spec`: the wave summary of one station, of which height, average period and mean direction are
 * taken. Its times are those of the wave measurement, often ten minutes before the row in `.txt` that repeats it.
 * Parameters and errors are those of {@link parseRealtime}.
 */
export function parseSpec(stationId: string, body: string, now: Date): Parsed<Observation> {
  const table = openTable(body);
  const waves = ["waveHeightM", "averagePeriodS", "meanWaveDirDeg"] as const;
  return readStation(stationId, table, bindMeasurements(table, waves, ["MM", "N/A", "-99"]), now);
}

function readStation(stationId: string, table: Table, measured: MeasurementColumns, now: Date): Parsed<Observation> {
  const time = bindTime(table, now);
  return readRows(table, (row) => readObservation(row, measured, stationId, readTime(row, time)), { mayBeEmpty: true });
}
