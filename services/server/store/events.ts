// Reads the events that PostgreSQL stores, in the order of their ids.

import type { Sql, Transaction } from "../../../shared/database/sql.ts";
import { measurements, type StoredEvent } from "../../../shared/measurements.ts";
import { type Filter, restrict } from "./filter.ts";

/** How far the stream has come, as PostgreSQL knows it. */
export type Marks = {
  /** The newest event id that is stored, or was before it was pruned; 0 when there is none. */
  newest: bigint;
  /** The largest event id that pruning took away; 0 when it took none. */
  pruned: bigint;
  /**
   * Where the ids of the present timeline begin; 0 when the database was never set back. A lower id that a listener names
   * may stand for an event that a backup or a failover has lost.
   */
  timeline: bigint;
};

/** Reads {@link Marks}. */
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

/** Which events a replay sends, beside those that its filter keeps back. */
export type EventRange = {
  /** Exclusive. */
  after: bigint;
  /** Inclusive; `null`: no end. */
  upTo: bigint | null;
  /** Observed at this time or later; `null`: whenever. */
  since: Date | null;
};

/** The next events of a range in the order of their ids, at most `limit`. */
export async function readEvents(sql: Sql, range: EventRange, filter: Filter, limit: number): Promise<StoredEvent[]> {
  return sql`
    select observations.station_id, observed_at, ${sql(measurements)}, event_id
    ${fromRange(sql, range, filter)}
    order by event_id
    limit ${limit}
  `;
}

/**
 * Returns whether an event may be of this database: its row has this id, or had it before it changed again. What is
 * published is far too young to be pruned.
 */
export async function mayHoldEvent(sql: Sql, stationId: string, timestamp: string, eventId: bigint): Promise<boolean> {
  const [row] = await sql<{ known: boolean }[]>`
    select exists (
      select from observations
      where station_id = ${stationId} and observed_at = ${timestamp} and event_id >= ${String(eventId)}
    ) as known
  `;
  return row?.known ?? false;
}

/** How many events a range holds, counting no further than `limit`, and the id of the first; `null` where it is empty. */
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

function fromRange(sql: Sql, { after, upTo, since }: EventRange, filter: Filter) {
  return sql`
    from observations ${filter.bbox === null ? sql`` : sql`join stations using (station_id)`}
    where event_id > ${String(after)}
      ${upTo === null ? sql`` : sql`and event_id <= ${String(upTo)}`}
      ${since === null ? sql`` : sql`and observed_at >= ${since}`}
      ${restrict(sql, filter)}
  `;
}
