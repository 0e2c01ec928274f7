import type { PositionedObservation } from "../store.ts";
import { bindMeasurements, readObservation } from "./columns.ts";
import { quote } from "./not-data.ts";
import { bindTime, readStationId, readTime } from "./row-key.ts";
import { BrokenRow, bindColumn, cellNumber, cellText, openTable, type Parsed, type Row, readRows } from "./table.ts";

/**
 * Parses `latest_obs.txt`: the newest row of each station of the network that reported lately, with its position.
 * @param body the file, a character a byte
 * @param now what the clock says; rows more than five minutes ahead of it are left out
 * @throws {NotDataError} when it is another file, not a whole one, or without a usable row
 */
export function parseLatestObs(body: string, now: Date): Parsed<PositionedObservation> {
  const table = openTable(body);
  const station = bindColumn(table, "STN");
  const latitude = bindColumn(table, "LAT", ["deg"]);
  const longitude = bindColumn(table, "LON", ["deg"]);
  const time = bindTime(table, "YYYY", now);
  const measured = bindMeasurements(table);
  return readRows(table, (row) => ({
    ...readObservation(row, measured, readStationId(row, station), readTime(row, time)),
    latitude: readDegrees(row, latitude, 90),
    longitude: readDegrees(row, longitude, 180),
  }));
}

/** A coordinate in decimal degrees, north and east positive. */
function readDegrees(row: Row, index: number, most: number): number {
  const degrees = cellNumber(row, index);
  if (!(Math.abs(degrees) <= most))
    throw new BrokenRow("position", `position ${quote(cellText(row, index))} is not on Earth`);
  return degrees;
}
