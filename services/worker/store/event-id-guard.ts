// Keeps event ids from being given twice, also after a backup was restored or a replica took over.

import type { Redis } from "ioredis";
import { inTransaction, locks, type Sql, type Transaction, takeLock } from "../../../shared/database/sql.ts";
import { describeError } from "../../../shared/service/connection-health.ts";
import type { Log } from "../../../shared/service/log.ts";

/*
 * PostgreSQL alone cannot know that it was set back: its sequence was set back too. So Redis keeps the highest event id
 * that was published, and each transaction that draws ids compares first:
 *
 * - PostgreSQL's newest id is below Redis's: the database was set back. The sequence leaps far above both, and
 *   `stream_marks.timeline_event_id` names where it landed. Servers learn of it there. Every listener whose last id is
 *   below that mark gets a reset, since that id may stand for an event that the database has lost.
 * - Redis knows no id, because it came back empty: the database may have been set back or not. The sequence leaps all the
 *   same, but the mark stays. So no id is given twice, and listeners of an unharmed database notice nothing.
 *
 * Not noticed: a Redis that is set back together with PostgreSQL, as by the snapshot of a whole machine.
 */

/**
 * Runs a transaction that may draw event ids, under the lock that makes them visible in the order in which they were drawn.
 * Every id that it draws is above all that were ever published.
 */
export type IdTransaction = <T>(sql: Sql, work: (tx: Transaction, lost: AbortSignal) => Promise<T>) => Promise<T>;

/**
 * How far the sequence leaps: past every id that a lost database can have given above its backup, also those that a
 * server read from PostgreSQL before they were published. The network reports some 250,000 events a day.
 */
const leap = 1_000_000_000n;

/** What is known of published ids without PostgreSQL. */
type PublishedIds = {
  /** No published id is known to be above it. */
  highest: bigint;
  /** False after Redis came back empty: higher ids may have been published before. */
  isCertain: boolean;
};

/** Takes the lock and compares nothing, for tests whose database is never set back. */
export const unguardedIds: IdTransaction = (sql, work) =>
  inTransaction(sql, async (tx, lost) => {
    await takeLock(tx, locks.eventIds);
    return work(tx, lost);
  });

/**
 * Ids go on being given while Redis is away: this process remembers the highest id too.
 * @param key of Redis, see `redisNames`
 */
export function createIdTransaction(redis: Pick<Redis, "get" | "set">, key: string, log: Log): IdTransaction {
  let remembered: bigint | null = null;
  /**
   * Whether this process has leapt and Redis has not kept an id since. One leap is enough then. Once Redis keeps one, other
   * workers go on from it: if Redis forgets again, this process no longer knows that the sequence is above all.
   */
  let hasLeapt = false;

  return async (sql, work) => {
    const published = await readPublished();
    const { result, newest, leapt } = await inTransaction(sql, async (tx, lost) => {
      await takeLock(tx, locks.eventIds);
      const leap = await goAbove(tx, published, log);
      const result = await work(tx, lost);
      // After the rows: pruning locks rows first and then the marks, too.
      if (leap?.isSetBack) await beginTimeline(tx, leap.from);
      return { result, newest: await readNewest(tx), leapt: leap !== null };
    });
    hasLeapt ||= leapt;
    await remember(newest);
    return result;
  };

  async function readPublished(): Promise<PublishedIds> {
    try {
      const known = await redis.get(key);
      return { highest: maxOf(remembered ?? 0n, BigInt(known ?? 0)), isCertain: known !== null || hasLeapt };
    } catch (error) {
      log.debug("could not read the highest published event id", { reason: describeError(error) });
      return { highest: remembered ?? 0n, isCertain: remembered !== null };
    }
  }

  async function remember(newest: bigint): Promise<void> {
    remembered = maxOf(remembered ?? 0n, newest);
    try {
      // Only where Redis has none: publishing raises it from then on.
      await redis.set(key, String(newest), "NX");
      hasLeapt = false;
    } catch (error) {
      log.debug("could not keep the highest published event id", { reason: describeError(error) });
    }
  }
}

/** A leap of the sequence: where ids go on, and whether the database was set back. */
type Leap = { from: string; isSetBack: boolean };

/** Moves the sequence above every published id. The lock must be held. @returns `null` where it is above them already */
async function goAbove(tx: Transaction, { highest, isCertain }: PublishedIds, log: Log): Promise<Leap | null> {
  const newest = await readNewest(tx);
  const isSetBack = newest < highest;
  if (!isSetBack && (isCertain || newest === 0n)) return null;
  const [{ from }] = await tx<[{ from: string }]>`
    select setval('event_ids', greatest(last_value, ${String(highest)}) + ${String(leap)}) as from from event_ids
  `;
  if (!isSetBack) {
    log.info("the highest published event id is unknown, so ids go on far above those that are stored", { from });
    return { from, isSetBack };
  }
  log.warn(
    "PostgreSQL is behind what was published: a backup was restored, a replica took over, or another install uses this Redis without a REDIS_NAMESPACE of its own. Ids go on far above, and listeners get a reset",
    { stored: String(newest), published: String(highest), from },
  );
  return { from, isSetBack };
}

/** Names the first id of a new timeline. What the backup held unpublished is not published: a reset loads it. */
async function beginTimeline(tx: Transaction, from: string): Promise<void> {
  await tx`update stream_marks set timeline_event_id = ${from}, published_event_id = ${from}`;
}

async function readNewest(tx: Transaction): Promise<bigint> {
  const [row] = await tx<{ newest: string }[]>`
    select greatest((select max(event_id) from observations), pruned_event_id, timeline_event_id) as newest
    from stream_marks
  `;
  return BigInt(row?.newest ?? 0);
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
