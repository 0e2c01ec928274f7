// Stores stations: names and owners from NDBC's list, positions from their newest rows.

import { inTransaction, type Sql, type Transaction } from "../../../shared/database/sql.ts";
import type { ListedStation, PositionedObservation } from "../ndbc/types.ts";

/** Stores station positions. A row without a position does not change the stored one. */
export async function upsertPositions(tx: Transaction, observations: PositionedObservation[]): Promise<void> {
  const newest = [...new Map(observations.map((row) => [row.stationId, row])).values()];
  await tx`
    insert into stations as stored (station_id, latitude, longitude)
    select * from unnest(
      ${newest.map((row) => row.stationId)}::text[],
      ${newest.map((row) => row.latitude)}::float8[],
      ${newest.map((row) => row.longitude)}::float8[]
    ) as row (station_id, latitude, longitude)
    order by station_id
    on conflict (station_id) do update set latitude = excluded.latitude, longitude = excluded.longitude
    where excluded.latitude is not null
      and (stored.latitude, stored.longitude) is distinct from (excluded.latitude, excluded.longitude)
  `;
}

/**
 * Stores NDBC's station list. It replaces all fields except a stored position: rows have newer positions, because drifting
 * stations report theirs in each row.
 */
export async function storeStations(sql: Sql, stations: ListedStation[]): Promise<void> {
  const text = (name: "stationId" | "name" | "owner" | "program" | "type") => stations.map((station) => station[name]);
  const number = (name: "latitude" | "longitude" | "elevationM") => stations.map((station) => station[name]);
  await inTransaction(
    sql,
    (tx) => tx`
    insert into stations as stored (station_id, latitude, longitude, elevation_m, name, owner, program, type)
    select distinct on (station_id) * from unnest(
      ${text("stationId")}::text[], ${number("latitude")}::float8[], ${number("longitude")}::float8[],
      ${number("elevationM")}::float8[], ${text("name")}::text[], ${text("owner")}::text[],
      ${text("program")}::text[], ${text("type")}::text[]
    ) as row (station_id, latitude, longitude, elevation_m, name, owner, program, type)
    on conflict (station_id) do update set
      latitude = coalesce(stored.latitude, excluded.latitude),
      longitude = coalesce(stored.longitude, excluded.longitude),
      elevation_m = excluded.elevation_m,
      name = excluded.name,
      owner = excluded.owner,
      program = excluded.program,
      type = excluded.type
    where (stored.elevation_m, stored.name, stored.owner, stored.program, stored.type)
      is distinct from (excluded.elevation_m, excluded.name, excluded.owner, excluded.program, excluded.type)
      or stored.latitude is null
  `,
  );
}

/** Deletes stations that NDBC's list lacks and of which no observation is stored. @returns the number of deleted stations */
export async function forgetStations(sql: Sql, listed: string[]): Promise<number> {
  const { count } = await inTransaction(
    sql,
    (tx) => tx`
    delete from stations
    where station_id not in (select unnest(${listed}::text[]))
      and not exists (select from observations where observations.station_id = stations.station_id)
  `,
  );
  return count;
}
