// The station filter of a request, in TypeScript and as the same rule in SQL.

import type postgres from "postgres";
import type { Sql, Transaction } from "../../../shared/database/sql.ts";

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

/** Returns the `and …` conditions of a filter for a `where` clause. With a `bbox`, the query must join `stations`. */
export function restrict(sql: Sql | Transaction, { stations, bbox }: Filter) {
  return sql`
    ${stations === null ? sql`` : sql`and observations.station_id = any(${[...stations]})`}
    ${bbox === null ? sql`` : within(sql, bbox)}
  `;
}

/** Does the same as {@link contains}, in SQL. */
function within(sql: Sql | Transaction, { west, south, east, north }: BoundingBox) {
  const reaches = (longitude: postgres.Fragment) =>
    west <= east
      ? sql`${longitude} between ${west} and ${east}`
      : sql`(${longitude} >= ${west} or ${longitude} <= ${east})`;
  return sql`
    and latitude between ${south} and ${north}
    and (${reaches(sql`longitude`)} or (abs(longitude) = 180 and ${reaches(sql`-longitude`)}))
  `;
}
