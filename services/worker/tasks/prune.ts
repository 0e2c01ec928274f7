// Deletes observations that are older than RETENTION_DAYS, unless the clocks contradict each other.

import { type Clock, systemClock } from "../../../shared/clock.ts";
import type { Sql } from "../../../shared/database/sql.ts";
import type { Log } from "../../../shared/service/log.ts";
import type { NdbcClient } from "../ndbc/client.ts";
import { forgetHours } from "../store/backfilled-hours.ts";

/** What pruning works with. */
type PruneParts = {
  sql: Sql;
  ndbc: Pick<NdbcClient, "nowMs">;
  retentionDays: number;
  log: Log;
  clock?: Clock;
};

/** What one run did: how many rows it deleted, or that it refused to delete any. */
export type PruneResult = { outcome: "pruned"; rows: number } | { outcome: "refused" };

const dayMs = 86_400_000;

/** How far the clocks may be apart. Where they differ by less, the earliest of them decides. */
const toleranceMs = dayMs;

/**
 * Makes the daily deletion of what was observed more than `retentionDays` ago. This machine's clock is not trusted alone: the
 * present is the earliest of it, PostgreSQL's, NDBC's own time and the newest observation. Where these are more than a day
 * apart nothing is deleted, which is logged once until they agree again.
 */
export function createPrune({ sql, ndbc, retentionDays, log, clock = systemClock }: PruneParts) {
  let refused = false;
  return async (): Promise<PruneResult> => {
    const present = await readPresent(sql, ndbc, clock);
    if (present === null) return { outcome: "pruned", rows: 0 };
    const { spreadMs, earliestMs, claims } = present;
    if (spreadMs > toleranceMs) {
      if (!refused) log.warn("did not prune: clocks and newest observation are more than a day apart", claims);
      refused = true;
      return { outcome: "refused" };
    }
    if (refused) log.info("prunes again: clocks and newest observation agree", claims);
    refused = false;
    const rows = await pruneBefore(sql, new Date(earliestMs - retentionDays * dayMs));
    if (rows > 0) log.info("pruned", { rows, olderThanDays: retentionDays });
    return { outcome: "pruned", rows };
  };
}

/** What the time may be by each that has a say, and how far these are apart. `null` while nothing is stored. */
async function readPresent(sql: Sql, ndbc: Pick<NdbcClient, "nowMs">, clock: Clock) {
  const [row] = await sql<{ database: Date; newest: Date | null }[]>`
    select now() as database, (select max(observed_at) from observations) as newest
  `;
  if (!row?.newest) return null;
  const ndbcMs = ndbc.nowMs();
  const clocksMs = [clock.now(), row.database.getTime(), ...(ndbcMs === null ? [] : [ndbcMs])];
  const earliestMs = Math.min(...clocksMs, row.newest.getTime());
  const claims = {
    machine: new Date(clock.now()),
    database: row.database,
    ndbc: ndbcMs === null ? null : new Date(ndbcMs),
    newestObservation: row.newest,
  };
  // A row with a time still to come, which a station with a wrong clock may have sent, contradicts no clock.
  return { spreadMs: Math.max(...clocksMs) - earliestMs, earliestMs, claims };
}

/** Of so many of the oldest events that stay, the smallest id is taken: one or the other of them was corrected later. */
const oldestEvents = 1_000;

/**
 * Deletes what was observed before a time, a batch a transaction so that no other transaction waits for long, and remembers
 * the largest event id that went: a listener that resumes from before it has missed something. A row that is older, but
 * became an event only after that time, stays until its id is as old: without it, each listener that resumes would have to
 * start over for the sake of one station whose clock is wrong.
 * @returns how many rows were deleted
 */
export async function pruneBefore(sql: Sql, before: Date, batchRows = 10_000): Promise<number> {
  const firstEventId = await firstKeptEventId(sql, before);
  let total = 0;
  for (;;) {
    const count = await pruneBatch(sql, before, firstEventId, batchRows);
    total += count;
    if (count < batchRows) break;
  }
  await forgetHours(sql, before);
  return total;
}

/** The event id from which on events stay. Nothing is reported before it is observed: what was observed later came later. */
async function firstKeptEventId(sql: Sql, before: Date): Promise<string> {
  const [kept] = await sql<[{ firstEventId: string }]>`
    select coalesce(
      (
        select min(event_id) from (
          select event_id from observations
          where observed_at >= ${before} and event_id is not null
          order by observed_at
          limit ${oldestEvents}
        ) as oldest
      ),
      (select max(event_id) + 1 from observations),
      0
    ) as first_event_id
  `;
  return kept.firstEventId;
}

async function pruneBatch(sql: Sql, before: Date, firstEventId: string, batchRows: number): Promise<number> {
  // "for update" looks again at each row as it is when it is locked: one that a poll makes an event meanwhile stays. It
  // waits for no poll; what one holds is left to the next run. The order makes PostgreSQL read the index on the time.
  const [batch] = await sql<[{ count: number }]>`
    with doomed as materialized (
      select station_id, observed_at from observations
      where observed_at < ${before} and (event_id is null or event_id < ${firstEventId})
      order by observed_at, station_id
      limit ${batchRows}
      for update skip locked
    ), gone as (
      delete from observations using doomed
      where observations.station_id = doomed.station_id and observations.observed_at = doomed.observed_at
      returning observations.event_id
    ), marked as (
      update stream_marks set pruned_event_id = newest.event_id
      from (select max(event_id) as event_id from gone) as newest
      where pruned_event_id < newest.event_id
    )
    select count(*)::int as count from gone
  `;
  return batch.count;
}
