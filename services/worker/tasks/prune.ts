// Deletes observations older than RETENTION_DAYS, unless the clocks disagree.

import { type Clock, systemClock } from "../../../shared/clock.ts";
import { inTransaction, type Sql } from "../../../shared/database/sql.ts";
import type { Log } from "../../../shared/process/log.ts";
import type { NdbcClient } from "../ndbc/client.ts";
import { forgetHours } from "../store/backfilled-hours.ts";

/** Dependencies of pruning. */
type PruneParts = {
  sql: Sql;
  ndbc: Pick<NdbcClient, "nowMs">;
  retentionDays: number;
  log: Log;
  clock?: Clock;
};

/** The result of one run: the number of deleted rows, or a refusal. */
export type PruneResult = { outcome: "pruned"; rows: number } | { outcome: "refused" };

/** Why pruning is refused. */
export const clocksDisagree = "clocks and newest observation are more than a day apart";

const dayMs = 86_400_000;

/** Max difference between the clocks, in ms. Within it, the earliest clock decides. */
const toleranceMs = dayMs;

/**
 * Creates the daily task that deletes observations older than `retentionDays`. The current time is the earliest of this
 * machine's clock, PostgreSQL's clock, NDBC's time and the newest observation, because a single clock may be wrong. If they
 * differ by more than a day, nothing is deleted, with one warning until they agree again.
 */
export function createPrune({ sql, ndbc, retentionDays, log, clock = systemClock }: PruneParts) {
  let refused = false;
  return async (): Promise<PruneResult> => {
    const present = await readPresent(sql, ndbc, clock);
    if (present === null) return { outcome: "pruned", rows: 0 };
    const { spreadMs, earliestMs, claims } = present;
    if (spreadMs > toleranceMs) {
      if (!refused) log.warn(`did not prune: ${clocksDisagree}`, { code: "clocks_disagree", ...claims });
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

/** Reads all clocks and returns the earliest time and the spread, in ms. `null` while nothing is stored. */
async function readPresent(sql: Sql, ndbc: Pick<NdbcClient, "nowMs">, clock: Clock) {
  const [row] = await inTransaction(
    sql,
    (tx) => tx<{ database: Date; newest: Date | null }[]>`
    select now() as database, (select max(observed_at) from observations) as newest
  `,
  );
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
  // An observation in the future does not count: a station's clock may be wrong.
  return { spreadMs: Math.max(...clocksMs) - earliestMs, earliestMs, claims };
}

/** Number of oldest kept events to search for the smallest id: some have higher ids from later corrections. */
const oldestEvents = 1_000;

/**
 * Deletes observations before a time, one batch per transaction, so that other transactions do not wait long. Stores the
 * largest deleted event id: a client that resumes from an older id has missed events. An old row that became an event only
 * recently stays until its id is old too. Otherwise one station with a wrong clock would reset every resuming client.
 * @returns the number of deleted rows
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

/** Returns the first event id to keep. Rows arrive after they are observed, so later observations have higher ids. */
async function firstKeptEventId(sql: Sql, before: Date): Promise<string> {
  const [kept] = await inTransaction(
    sql,
    (tx) => tx<[{ firstEventId: string }]>`
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
  `,
  );
  return kept.firstEventId;
}

async function pruneBatch(sql: Sql, before: Date, firstEventId: string, batchRows: number): Promise<number> {
  // "for update" checks each row again after locking it, so a row that has just become an event stays. "skip locked"
  // leaves rows of a running poll, or of another prune, to the next run. With the order, PostgreSQL reads only the oldest
  // rows, by the index on the time. A locked row keeps its ctid; a join would read the whole table under a generic plan.
  const [batch] = await inTransaction(
    sql,
    (tx) => tx<[{ count: number }]>`
    with gone as (
      delete from observations
      where ctid = any (array(
        select ctid from observations
        where observed_at < ${before} and (event_id is null or event_id < ${firstEventId})
        order by observed_at, station_id
        limit ${batchRows}
        for update skip locked
      ))
      returning event_id
    ), marked as (
      update stream_marks set pruned_event_id = newest.event_id
      from (select max(event_id) as event_id from gone) as newest
      where pruned_event_id < newest.event_id
    )
    select count(*)::int as count from gone
  `,
  );
  return batch.count;
}
