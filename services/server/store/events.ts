// Reads stored events from PostgreSQL, in id order.

import type { Sql, Transaction } from "../../../shared/database/sql.ts";
import { measurements, type StoredEvent } from "../../../shared/measurements.ts";
import { type Filter, ofStations, readStationIds } from "./filter.ts";

/** Event id bounds of the stream, as stored in PostgreSQL. */
export type Marks = {
  /** Newest event id that is or was stored; 0 if there is none. */
  newest: bigint;
  /** Largest event id that pruning deleted; 0 if none. */
  pruned: bigint;
  /**
   * First event id of the current timeline; 0 if the database was never set back. A lower id from a client may name an
   * event that a backup or failover has lost.
   */
  timeline: bigint;
};

/** Reads {@link Marks} in one query. */
export async function readMarks(sql: Sql | Transaction): Promise<Marks> {
  const [row] = await sql<Record<keyof Marks, string>[]>`
    select
      greatest((select max(event_id) from observations), pruned_event_id, timeline_event_id) as newest,
      pruned_event_id as pruned,
      timeline_event_id as timeline
    from stream_marks
  `;
  return { newest: BigInt(row?.newest ?? 0), pruned: BigInt(row?.pruned ?? 0), timeline: BigInt(row?.timeline ?? 0) };
}

/** Range of events for a replay; the client's filter applies in addition. */
export type EventRange = {
  /** Exclusive lower bound. */
  after: bigint;
  /** Inclusive upper bound. */
  upTo: bigint;
  /** Min observation time; `null`: no bound. */
  since: Date | null;
};

/** Reads the next events after one, in id order, at most `limit`. */
export async function readEventsAfter(sql: Sql | Transaction, after: bigint, limit: number): Promise<StoredEvent[]> {
  return sql`
    select station_id, observed_at, ${sql(measurements)}, event_id
    from observations
    where event_id > ${String(after)}
    order by event_id
    limit ${limit}
  `;
}

/**
 * Reads the first events of a range that pass a filter, in id order, at most `limit`. It costs as much as the range is
 * wide, however few events pass.
 */
export async function readEvents(
  tx: Transaction,
  range: EventRange,
  filter: Filter,
  limit: number,
): Promise<StoredEvent[]> {
  const stationIds = await readStationIds(tx, filter);
  return tx`
    select * from (${inRange(tx, range)} order by event_id offset 0) as observations
    where true ${ofStations(tx, stationIds)}
    order by event_id
    limit ${limit}
  `;
}

/**
 * Returns whether an event can belong to this database, and the newest event id. It can if its row has this id or a newer
 * one: published events are too young to be pruned.
 */
export async function lookUpEvent(
  sql: Sql | Transaction,
  stationId: string,
  timestamp: string,
  eventId: bigint,
): Promise<{ isHeld: boolean; newest: bigint }> {
  const [row] = await sql<{ isHeld: boolean; newest: string | null }[]>`
    select
      exists (
        select from observations
        where station_id = ${stationId} and observed_at = ${timestamp} and event_id >= ${String(eventId)}
      ) as is_held,
      (select max(event_id) from observations) as newest
  `;
  return { isHeld: row?.isHeld ?? false, newest: BigInt(row?.newest ?? 0) };
}

/**
 * Returns the id before the last `count` events up to one; 0 if there are fewer. Ids are no count: they leap by a billion
 * when Redis has lost its data.
 */
export async function readIdBefore(tx: Transaction, upTo: bigint, count: number): Promise<bigint> {
  const [row] = await tx<{ eventId: string }[]>`
    select event_id from observations where event_id <= ${String(upTo)} order by event_id desc offset ${count} limit 1
  `;
  return BigInt(row?.eventId ?? 0);
}

/** Counts the events of a range, up to `limit`, and finds the first id; `null` if the range is empty. */
export async function measureRange(
  tx: Transaction,
  range: EventRange,
  filter: Filter,
  limit: number,
): Promise<{ count: number; first: bigint | null }> {
  const stationIds = await readStationIds(tx, filter);
  // Without an order, PostgreSQL may take the index on the time where that has fewer rows.
  const [row] = await tx<{ count: number; first: string | null }[]>`
    select count(*)::int as count, min(event_id) as first
    from (
      select event_id from (${inRange(tx, range)} offset 0) as observations
      where true ${ofStations(tx, stationIds)}
      limit ${limit}
    ) as counted
  `;
  return { count: row?.count ?? 0, first: row?.first == null ? null : BigInt(row.first) };
}

/**
 * Returns the newest observation time of the last events up to one: older events were hardly measured later. `null`: there
 * are none.
 */
export async function readTimeUpTo(tx: Transaction, upTo: bigint): Promise<Date | null> {
  const [row] = await tx<{ newest: Date | null }[]>`
    select max(observed_at) as newest
    from (
      select observed_at from observations where event_id <= ${String(upTo)} order by event_id desc limit 1000
    ) as last_events
  `;
  return row?.newest ?? null;
}

/** Selects the events of a range. A caller's `offset 0` keeps other conditions from changing its plan. */
function inRange(tx: Transaction, { after, upTo, since }: EventRange) {
  return tx`
    select station_id, observed_at, ${tx(measurements)}, event_id
    from observations
    where event_id > ${String(after)} and event_id <= ${String(upTo)}
      ${since === null ? tx`` : tx`and observed_at >= ${since}`}
  `;
}
