// Reads stored events from PostgreSQL, in id order.

import type { Sql, Transaction } from "../../../shared/database/sql.ts";
import { measurements, type StoredEvent } from "../../../shared/measurements.ts";
import { type Filter, restrict } from "./filter.ts";

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
  /** Inclusive upper bound; `null`: no bound. */
  upTo: bigint | null;
  /** Min observation time; `null`: no bound. */
  since: Date | null;
};

/** Reads the next events of a range in id order, at most `limit`. */
export async function readEvents(
  sql: Sql | Transaction,
  range: EventRange,
  filter: Filter,
  limit: number,
): Promise<StoredEvent[]> {
  return sql`
    select observations.station_id, observed_at, ${sql(measurements)}, event_id
    ${fromRange(sql, range, filter)}
    order by event_id
    limit ${limit}
  `;
}

/**
 * Returns whether an event can belong to this database: its row has this id or a newer one. Published events are too
 * young to be pruned.
 */
export async function mayHoldEvent(
  sql: Sql | Transaction,
  stationId: string,
  timestamp: string,
  eventId: bigint,
): Promise<boolean> {
  const [row] = await sql<{ known: boolean }[]>`
    select exists (
      select from observations
      where station_id = ${stationId} and observed_at = ${timestamp} and event_id >= ${String(eventId)}
    ) as known
  `;
  return row?.known ?? false;
}

/** Counts the events of a range, up to `limit`, and finds the first id; `null` if the range is empty. */
export async function measureRange(
  sql: Sql,
  range: EventRange,
  filter: Filter,
  limit: number,
): Promise<{ count: number; first: bigint | null }> {
  const [row] = await sql<{ count: number; first: string | null }[]>`
    select count(*)::int as count, min(event_id) as first
    from (select event_id ${fromRange(sql, range, filter)} order by event_id limit ${limit}) as counted
  `;
  return { count: row?.count ?? 0, first: row?.first == null ? null : BigInt(row.first) };
}

function fromRange(sql: Sql | Transaction, { after, upTo, since }: EventRange, filter: Filter) {
  return sql`
    from observations ${filter.bbox === null ? sql`` : sql`join stations using (station_id)`}
    where event_id > ${String(after)}
      ${upTo === null ? sql`` : sql`and event_id <= ${String(upTo)}`}
      ${since === null ? sql`` : sql`and observed_at >= ${since}`}
      ${restrict(sql, filter)}
  `;
}
