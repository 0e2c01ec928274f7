// Parses NDBC's file with the newest row of every station.

import type { Row } from "./table/cells.ts";
import { bindMeasurements, readObservation } from "./table/columns.ts";
import { type NumberColumn, notMeasured, readNumber } from "./table/missing-values.ts";
import type { Parsed } from "./table/rejected-rows.ts";
import { bindTime, readStationId, readTime } from "./table/row-key.ts";
import { bindColumn, findColumn, openTable, readRows, type Table } from "./table/table.ts";
import type { PositionedObservation } from "./types.ts";

/** The network has about 1,500 stations. */
const maxRows = 5_000;
/** How long rows are kept, in ms, and NDBC's `Last-Modified` of the file. */
type Retention = { keptMs: number; lastModified: string | null };

/**
 * Parses `latest_obs.txt`: the newest row of each recently reporting station, with its position. An unreadable position is
 * `null`.
 * @param body the file, one character per byte
 * @param now the time when NDBC sent it; rows more than five minutes ahead of it are skipped
 * @param retention older rows are skipped, because pruning would delete them; by default none
 * @throws {NotDataError} when it is another file, incomplete, too large, or without a usable row
 */
export function parseLatestObs(body: string, now: Date, retention?: Retention): Parsed<PositionedObservation> {
  const earliestMs = retention && presentOf(body, now, retention) - retention.keptMs;
  const table = openTable(body);
  const station = bindColumn(table, "STN");
  const latitude = bindDegrees(table, "LAT", 90);
  const longitude = bindDegrees(table, "LON", 180);
  const time = bindTime(table, now, earliestMs);
  const measured = bindMeasurements(table);
  return readRows(
    table,
    (row) => ({
      ...readObservation(row, measured, readStationId(row, station), readTime(row, time)),
      ...readPosition(row, latitude, longitude),
    }),
    { maxRows },
  );
}

/**
 * Returns the time of a file in ms: its `Last-Modified`, or its newest row if that is later. Does not depend on this
 * machine's clock. A `Last-Modified` later than the answer does not count, because HTTP forbids it.
 */
function presentOf(body: string, now: Date, { lastModified }: Retention): number {
  const modifiedMs = lastModified === null ? Number.NaN : Date.parse(lastModified);
  const newestMs = newestRowMs(body, now);
  return modifiedMs <= now.getTime() ? Math.max(modifiedMs, newestMs) : newestMs;
}

/** Returns the time of the newest row that is not in the future. @throws {NotDataError} as {@link parseLatestObs} does */
function newestRowMs(body: string, now: Date): number {
  const table = openTable(body);
  const time = bindTime(table, now);
  const { observations } = readRows(table, (row) => readTime(row, time).getTime(), { maxRows });
  return observations.reduce((newest, each) => Math.max(newest, each));
}

function bindDegrees(table: Table, name: string, max: number): NumberColumn | null {
  const index = findColumn(table, name, ["deg"]);
  return index === null ? null : { name, index, missing: [notMeasured], filler: null, min: -max, max };
}

type Position = Pick<PositionedObservation, "latitude" | "longitude">;

/** Reads a position in decimal degrees, north and east positive. Both parts are `null` if one is missing. */
function readPosition(row: Row, north: NumberColumn | null, east: NumberColumn | null): Position {
  const latitude = readNumber(row, north);
  const longitude = readNumber(row, east);
  return latitude === null || longitude === null ? { latitude: null, longitude: null } : { latitude, longitude };
}
