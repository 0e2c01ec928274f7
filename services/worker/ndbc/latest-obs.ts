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

/**
 * Parses `latest_obs.txt`: the newest row of each recently reporting station, with its position. An unreadable position is
 * `null`.
 * @param body the file, one character per byte
 * @param now the time when NDBC sent it; rows more than five minutes ahead of it are skipped
 * @throws {NotDataError} when it is another file, incomplete, too large, or without a usable row
 */
export function parseLatestObs(body: string, now: Date): Parsed<PositionedObservation> {
  const table = openTable(body);
  const station = bindColumn(table, "STN");
  const latitude = bindDegrees(table, "LAT", 90);
  const longitude = bindDegrees(table, "LON", 180);
  const time = bindTime(table, now);
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
