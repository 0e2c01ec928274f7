// Stores observations, stations, and what is known of NDBC's files. Event ids are given here.

import type postgres from "postgres";
import { type Measurement, measurements, type Observation } from "../../shared/measurements.ts";
import { inTransaction, type Sql, type Transaction } from "../../shared/sql.ts";
import type { IdTransaction } from "./event-ids.ts";

/** An observation with the place where it was made, in decimal degrees; `null` where that is not known. */
export type PositionedObservation = Observation & { latitude: number | null; longitude: number | null };

/** Who and where a station is, as NDBC lists it. */
export type Station = {
  stationId: string;
  latitude: number;
  longitude: number;
  elevationM: number | null;
  name: string | null;
  owner: string | null;
  program: string | null;
  type: string | null;
};

/** What is remembered of the last fetch of a file of NDBC's. */
export type UpstreamFile = { etag: string | null; lastModified: string | null; hash: string | null };

/** Rows of a file: of these stations (`null`: all), observed from `since` to before `until` (`null`: no bound). */
export type Extent = { stations: Set<string> | null; since: Date | null; until: Date | null };

/** All rows of a file. */
export const wholeFile: Extent = { stations: null, since: null, until: null };

/** How many rows a batch brought that PostgreSQL did not have, and how many it had otherwise. */
export type StoreCounts = { added: number; changed: number };

/** The first and the last of the ids that were given; there may be gaps between them. */
export type EventIds = { firstEventId: string; lastEventId: string };

/** {@link StoreCounts} of rows that became events; without any, `events` is `null`. */
export type EventCounts = StoreCounts & { events: EventIds | null };

/** Bounds the memory of one statement, and how long a poll may have to wait for rows that it holds. */
const historyBatchRows = 2_500;
/** While PostgreSQL stores one batch of history, the next is made ready. */
const historyBatchesAtOnce = 2;

/**
 * Stores what a poll read, with the file it came from, in one transaction: all of it or nothing. Each row that is new or
 * changed gets the next event id; so does one that only backfill has stored, since no listener has received it.
 * @param inIdTransaction gives ids above all that were published
 * @param extent which rows of the file these are
 */
export async function storePoll(
  sql: Sql,
  path: string,
  file: UpstreamFile,
  observations: PositionedObservation[],
  inIdTransaction: IdTransaction,
  extent: Extent = wholeFile,
): Promise<EventCounts> {
  return inIdTransaction(sql, async (tx) => {
    await upsertPositions(tx, observations);
    const counts = await upsertEvents(tx, observations, "all");
    await rememberFile(tx, path, file, extent);
    return counts;
  });
}

/**
 * Stores history: rows that get no event id and are not sent to any listener, except where they change a row that is an
 * event: that gets the next id, and the next poll publishes it. Many are stored in several transactions.
 * @param inIdTransaction gives ids above all that were published
 */
export async function storeHistory(
  sql: Sql,
  observations: Observation[],
  inIdTransaction: IdTransaction,
): Promise<EventCounts> {
  const rows = mergeRepeated(observations);
  let total: EventCounts = { added: 0, changed: 0, events: null };
  let start = 0;
  async function storeBatches(): Promise<void> {
    while (start < rows.length) {
      const batch = rows.slice(start, start + historyBatchRows);
      start += historyBatchRows;
      const { changesOfEvents, ...counts } = await inTransaction(sql, (tx) => upsertHistory(tx, batch));
      total = sumOf(total, { ...counts, events: null });
      if (changesOfEvents.length === 0) continue;
      // In a transaction of its own: one that holds rows must not wait for the lock of event ids, since a poll that holds
      // the lock may wait for these rows.
      const changed = await inIdTransaction(sql, (tx) => upsertEvents(tx, changesOfEvents, "events"));
      total = sumOf(total, changed);
    }
  }
  await Promise.all(Array.from({ length: historyBatchesAtOnce }, storeBatches));
  return total;
}

function sumOf(a: EventCounts, b: EventCounts): EventCounts {
  const events = a.events && b.events ? spanOfIds(a.events, b.events) : (a.events ?? b.events);
  return { added: a.added + b.added, changed: a.changed + b.changed, events };
}

function spanOfIds(a: EventIds, b: EventIds): EventIds {
  return {
    firstEventId: BigInt(a.firstEventId) < BigInt(b.firstEventId) ? a.firstEventId : b.firstEventId,
    lastEventId: BigInt(a.lastEventId) > BigInt(b.lastEventId) ? a.lastEventId : b.lastEventId,
  };
}

/**
 * Upserts a batch in one statement, per field: a later value replaces, a missing one never erases, and a row that stays
 * as it was is not touched at all. The lock of event ids must be held: ids are drawn for what differs from what is stored.
 * @param which `all` rows, or only those that are stored and are `events` already
 */
async function upsertEvents(
  tx: Transaction,
  observations: Observation[],
  which: "all" | "events",
): Promise<EventCounts> {
  const isWanted =
    which === "all"
      ? tx`stored.event_id is null or ${changes(tx, "incoming")}`
      : tx`stored.event_id is not null and ${changes(tx, "incoming")}`;
  const [written] = await tx<[StoreCounts & { [Id in keyof EventIds]: string | null }]>`
    with incoming as (${unnested(tx, mergeRepeated(observations))}), changed as (
      select incoming.*
      from incoming left join observations as stored using (station_id, observed_at)
      where ${isWanted}
      order by incoming.observed_at, incoming.station_id
    ), written as (
      insert into observations as stored (station_id, observed_at, ${tx(measurements)}, event_id)
      select changed.*, nextval('event_ids') from changed
      on conflict (station_id, observed_at) do update set ${merge(tx)}, event_id = excluded.event_id
      returning xmax = 0 as added, event_id
    )
    select
      count(*) filter (where added)::int as added, count(*) filter (where not added)::int as changed,
      min(event_id) as first_event_id, max(event_id) as last_event_id
    from written
  `;
  const { added, changed, firstEventId, lastEventId } = written;
  return { added, changed, events: firstEventId && lastEventId ? { firstEventId, lastEventId } : null };
}

/**
 * The same for history, without ids and so without a lock: each row is merged with what is stored at that very moment. Rows
 * that are events stay as they are.
 * @returns also the rows that would change an event
 */
async function upsertHistory(
  tx: Transaction,
  rows: Observation[],
): Promise<StoreCounts & { changesOfEvents: Observation[] }> {
  // History that a power cut takes is fetched again; an SD card is spared the flush.
  await tx`set local synchronous_commit = off`;
  await tx`
    insert into stations (station_id)
    select distinct unnest(${rows.map((row) => row.stationId)}::text[]) as station_id
    order by station_id
    on conflict do nothing
  `;
  // Same row order as polls, to avoid deadlocks.
  const [counts] = await tx<[StoreCounts]>`
    with written as (
      insert into observations as stored (station_id, observed_at, ${tx(measurements)})
      select * from (${unnested(tx, rows)}) as incoming order by observed_at, station_id
      on conflict (station_id, observed_at) do update set ${merge(tx)}
      where stored.event_id is null and ${changes(tx, "excluded")}
      returning xmax = 0 as added
    )
    select count(*) filter (where added)::int as added, count(*) filter (where not added)::int as changed from written
  `;
  // A statement of its own, which sees what polls have committed until now.
  const changesOfEvents = await tx<Observation[]>`
    select incoming.* from (${unnested(tx, rows)}) as incoming join observations as stored using (station_id, observed_at)
    where stored.event_id is not null and ${changes(tx, "incoming")}
  `;
  return { ...counts, changesOfEvents };
}

/** Rows as PostgreSQL's: `station_id`, `observed_at`, and the measurements in their order. */
function unnested(tx: Transaction, rows: Observation[]): postgres.Fragment {
  return tx`
    select * from unnest(
      ${rows.map((row) => row.stationId)}::text[],
      ${rows.map((row) => row.observedAt.toISOString())}::timestamptz[],
      ${each(tx, (name) => tx`${numberArray(rows.map((row) => row[name]))}::float8[]`)}
    ) as row (station_id, observed_at, ${tx(measurements)})
  `;
}

/** A value that came takes the place of the one that is stored; a missing one does not. */
function merge(tx: Transaction): postgres.Fragment {
  return tx`${each(tx, (name) => tx`${tx(name)} = coalesce(excluded.${tx(name)}, stored.${tx(name)})`)}`;
}

/** Whether a row that came makes any difference to the one that is stored. */
function changes(tx: Transaction, came: "incoming" | "excluded"): postgres.Fragment {
  const merged = each(tx, (name) => tx`coalesce(${tx(came)}.${tx(name)}, stored.${tx(name)})`);
  return tx`(${merged}) is distinct from (${each(tx, (name) => tx`stored.${tx(name)}`)})`;
}

/** A fragment for each measurement, with commas between them. */
function each(tx: Transaction, fragment: (name: Measurement) => postgres.Fragment): postgres.Fragment[] {
  return measurements.flatMap((name, index) => (index === 0 ? [fragment(name)] : [tx`,`, fragment(name)]));
}

/** One upsert may touch a row once only: rows of the same station and time become one, later values winning. */
function mergeRepeated(observations: Observation[]): Observation[] {
  const byKey = new Map<string, Observation>();
  for (const observation of observations) {
    const key = `${observation.stationId} ${observation.observedAt.getTime()}`;
    const earlier = byKey.get(key);
    if (earlier === undefined) {
      byKey.set(key, observation);
      continue;
    }
    const both = { ...earlier };
    for (const name of measurements) both[name] = observation[name] ?? earlier[name];
    byKey.set(key, both);
  }
  return [...byKey.values()];
}

/** Numbers as PostgreSQL reads an array of them. The client would quote and escape each, as if it were a text. */
function numberArray(values: (number | null)[]): string {
  return `{${values.map((value) => value ?? "null").join()}}`;
}

/** Stores where stations are. One whose row has no position stays where it was. */
async function upsertPositions(tx: Transaction, observations: PositionedObservation[]): Promise<void> {
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
 * Stores NDBC's station list. It is younger than our rows in all but the position: drifting stations tell theirs in each
 * row, so the list's is taken only where no row has told one.
 */
export async function storeStations(sql: Sql, stations: Station[]): Promise<void> {
  const text = (name: "stationId" | "name" | "owner" | "program" | "type") => stations.map((station) => station[name]);
  const number = (name: "latitude" | "longitude" | "elevationM") => stations.map((station) => station[name]);
  await sql`
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
  `;
}

/**
 * Returns what is remembered of the last fetch of a file, for a conditional request: `null` when it was never fetched, or
 * when not all of `wanted` was stored of it, so that it is needed even if it has not changed.
 */
export async function readFile(sql: Sql, path: string, wanted: Extent = wholeFile): Promise<UpstreamFile | null> {
  const [file] = await sql<UpstreamFile[]>`
    select etag, last_modified, body_hash as hash from upstream_files
    where path = ${path} and read_span @> ${spanOf(sql, wanted)}
      and (read_stations is null or ${stationsOf(wanted)}::text[] <@ read_stations)
  `;
  return file ?? null;
}

/** Remembers that a file was fetched now, what it looked like, and which of its rows were stored. */
export async function rememberFile(
  sql: Sql | Transaction,
  path: string,
  file: UpstreamFile,
  extent: Extent = wholeFile,
): Promise<void> {
  await sql`
    insert into upstream_files (path, etag, last_modified, body_hash, fetched_at, read_stations, read_span)
    values (
      ${path}, ${file.etag}, ${file.lastModified}, ${file.hash}, now(), ${stationsOf(extent)}, ${spanOf(sql, extent)}
    )
    on conflict (path) do update set
      etag = excluded.etag, last_modified = excluded.last_modified, body_hash = excluded.body_hash, fetched_at = now(),
      read_stations = excluded.read_stations, read_span = excluded.read_span
  `;
}

function stationsOf({ stations }: Extent): string[] | null {
  return stations && [...stations];
}

function spanOf(sql: Sql | Transaction, { since, until }: Extent): postgres.Fragment {
  return sql`tstzrange(${since}::timestamptz, ${until}::timestamptz)`;
}
