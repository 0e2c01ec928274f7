import type { PositionedObservation } from "../store/store.ts";
import { bindMeasurements, notMeasured, readObservation } from "./columns.ts";
import { shorten } from "./not-data.ts";
import { bindTime, readStationId, readTime } from "./row-key.ts";
import {
  bindColumn,
  cellIs,
  cellNumber,
  cellText,
  findColumn,
  openTable,
  type Parsed,
  type Row,
  readRows,
  type Table,
} from "./table.ts";

/**
 * Parses `latest_obs.txt`: the newest row of each station of the network that reported lately, with its position, which is
 * `null` where it cannot be read.
 * @param body the file, a character a byte
 * @param now the time when NDBC sent it; rows more than five minutes ahead of it are skipped
 * @throws {NotDataError} when it is another file, not a whole one, or without a usable row
 */
export function parseLatestObs(body: string, now: Date): Parsed<PositionedObservation> {
  const table = openTable(body);
  const station = bindColumn(table, "STN");
  const latitude = bindDegrees(table, "LAT", 90);
  const longitude = bindDegrees(table, "LON", 180);
  const time = bindTime(table, now);
  const measured = bindMeasurements(table);
  return readRows(table, (row) => ({
    ...readObservation(row, measured, readStationId(row, station), readTime(row, time)),
    ...readPosition(row, latitude, longitude),
  }));
}

type DegreesColumn = { name: string; index: number | null; max: number };

function bindDegrees(table: Table, name: string, max: number): DegreesColumn {
  return { name, index: findColumn(table, name, ["deg"]), max };
}

type Position = Pick<PositionedObservation, "latitude" | "longitude">;

/** Reads a position in decimal degrees, north and east positive. Half of one is none. */
function readPosition(row: Row, north: DegreesColumn, east: DegreesColumn): Position {
  const latitude = readDegrees(row, north);
  const longitude = readDegrees(row, east);
  return latitude === null || longitude === null ? { latitude: null, longitude: null } : { latitude, longitude };
}

function readDegrees(row: Row, { name, index, max }: DegreesColumn): number | null {
  if (index === null || cellIs(row, index, notMeasured)) return null;
  const degrees = cellNumber(row, index);
  if (Math.abs(degrees) <= max) return degrees;
  if (Number.isNaN(degrees)) row.unreadable.push({ line: row.line, column: name, text: shorten(cellText(row, index)) });
  else row.implausible.push({ line: row.line, column: name, value: degrees });
  return null;
}
