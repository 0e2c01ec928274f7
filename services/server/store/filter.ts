// The station filter of a request, in TypeScript and as the same rule in SQL.

import type postgres from "postgres";
import type { Transaction } from "../../../shared/database/sql.ts";

/** A box in degrees; `west > east` spans the date line. */
export type BoundingBox = { west: number; south: number; east: number; north: number };

/** Filter of a client's observations; with both fields `null` it passes all. */
export type Filter = { stations: Set<string> | null; bbox: BoundingBox | null };

/** Returns whether a filter passes every observation. */
export function wantsAll(filter: Filter): boolean {
  return filter.stations === null && filter.bbox === null;
}

/** Position of a station in decimal degrees; `null` if unknown. */
export type Position = { latitude: number; longitude: number } | null;

/** Returns whether a filter passes a station's observations. */
export function matches(filter: Filter, stationId: string, position: Position): boolean {
  if (filter.stations !== null && !filter.stations.has(stationId)) return false;
  return filter.bbox === null || (position !== null && contains(filter.bbox, position));
}

function contains(box: BoundingBox, { latitude, longitude }: NonNullable<Position>): boolean {
  if (latitude < box.south || latitude > box.north) return false;
  // 180° and -180° are the same meridian.
  return reaches(box, longitude) || (Math.abs(longitude) === 180 && reaches(box, -longitude));
}

function reaches({ west, east }: BoundingBox, longitude: number): boolean {
  return west <= east ? longitude >= west && longitude <= east : longitude >= west || longitude <= east;
}

/**
 * Reads the stations that a filter passes; `null`: all. The stations of a box are read first, so that PostgreSQL plans the
 * question about their observations with a list of known length.
 */
export async function readStationIds(tx: Transaction, { stations, bbox }: Filter): Promise<string[] | null> {
  if (bbox === null) return stations && [...stations];
  const { west, south, east, north } = bbox;
  const reaches = (longitude: postgres.Fragment) =>
    west <= east
      ? tx`${longitude} between ${west} and ${east}`
      : tx`(${longitude} >= ${west} or ${longitude} <= ${east})`;
  // Does the same as `contains`, in SQL.
  const rows = await tx<{ stationId: string }[]>`
    select station_id from stations
    where latitude between ${south} and ${north}
      and (${reaches(tx`longitude`)} or (abs(longitude) = 180 and ${reaches(tx`-longitude`)}))
      ${stations === null ? tx`` : tx`and station_id = any(${[...stations]})`}
  `;
  return rows.map(({ stationId }) => stationId);
}

/** Returns the `and …` condition that limits `observations` to some stations; `null`: to none. */
export function ofStations(tx: Transaction, stationIds: string[] | null) {
  return stationIds === null ? tx`` : tx`and observations.station_id = any(${stationIds})`;
}
