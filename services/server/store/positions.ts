// Reads station positions from PostgreSQL.

import type { Sql, Transaction } from "../../../shared/database/sql.ts";
import type { Position } from "./filter.ts";

/** Reads the position of each station that has one, by station id. */
export async function readPositions(sql: Sql | Transaction): Promise<Map<string, Position>> {
  const rows = await sql<{ stationId: string; latitude: number; longitude: number }[]>`
    select station_id, latitude, longitude from stations where latitude is not null and longitude is not null
  `;
  return new Map(rows.map(({ stationId, latitude, longitude }) => [stationId, { latitude, longitude }]));
}
