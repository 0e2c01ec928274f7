// Prevents duplicate event ids, even after a restored backup or a failover to a replica.

import { describeError } from "../../../shared/connections/connection-health.ts";
import { inTransaction, locks, type Sql, type Transaction, takeLock } from "../../../shared/database/sql.ts";
import type { Log } from "../../../shared/process/log.ts";
import type { RedisClient } from "../../../shared/redis/redis.ts";

/*
 * PostgreSQL alone cannot detect that it was set back, because its sequence was set back too. So Redis keeps the highest
 * published event id, and each transaction that assigns ids compares first:
 *
 * - PostgreSQL's newest id is below Redis's: the database was set back. The sequence leaps far above both, and
 *   `stream_marks.timeline_event_id` stores its new position, which servers read. Every client whose last id is below that
 *   mark gets a reset, because its id may belong to an event that the database has lost.
 * - Redis has no id, because it lost its data: the database may be set back or not. The sequence leaps, but the mark stays.
 *   So no id is assigned twice, and clients of an intact database notice nothing.
 *
 * Not detected: Redis and PostgreSQL set back together, for example by a snapshot of the whole machine, and a restore with
 * an empty Redis. `bellbuoy restored` is for these cases.
 */

/**
 * Runs a transaction that may assign event ids, under the lock that makes ids visible in order. Every new id is above all
 * ids ever published.
 */
export type IdTransaction = <T>(sql: Sql, work: (tx: Transaction, lost: AbortSignal) => Promise<T>) => Promise<T>;

/**
 * Size of a leap: past every id that a lost database can have assigned after its backup, including ids that a server read
 * from PostgreSQL before they were published. The network reports some 250,000 events a day.
 */
const leap = 1_000_000_000n;

/** The published ids according to Redis and this process. */
type PublishedIds = {
  /** The highest known published id. */
  highest: bigint;
  /** False after Redis lost its data: higher ids may have been published before. */
  isCertain: boolean;
};

/** Takes the lock without comparing ids, for tests whose database is never set back. */
export const unguardedIds: IdTransaction = (sql, work) =>
  inTransaction(sql, async (tx, lost) => {
    await takeLock(tx, locks.eventIds);
    return work(tx, lost);
  });

/**
 * Creates an {@link IdTransaction}. It also works while Redis is away, because this process remembers the highest id too.
 * @param key the Redis key of the highest published id, see `redisNames`
 */
export function createIdTransaction(redis: Pick<RedisClient, "get" | "set">, key: string, log: Log): IdTransaction {
  let remembered: bigint | null = null;
  /**
   * Whether this process has leapt and Redis has stored no id since. Then one leap is enough. Once Redis stores an id, other
   * workers continue from it. If Redis loses it again, this process cannot know that the sequence is above all ids.
   */
  let hasLeapt = false;

  return async (sql, work) => {
    const published = await readPublished();
    const { result, newest, leapt } = await inTransaction(sql, async (tx, lost) => {
      await takeLock(tx, locks.eventIds);
      const leap = await goAbove(tx, published, log);
      const result = await work(tx, lost);
      // Same order as pruning, rows before marks, to avoid deadlocks.
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
      // Only if Redis has none: after that, publishing raises it.
      await redis.set(key, String(newest), "NX");
      hasLeapt = false;
    } catch (error) {
      log.debug("could not keep the highest published event id", { reason: describeError(error) });
    }
  }
}

/** A leap of the sequence: the next id, and whether the database was set back. */
type Leap = { from: string; isSetBack: boolean };

/** Moves the sequence above every published id. The caller must hold the lock. @returns `null` if no leap is needed */
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

/**
 * Moves the ids far above all that were ever assigned, and starts a new timeline: each client, also one with a newer id than
 * the database has, gets a reset. For a restored database whose highest published id is unknown, because Redis lost it too.
 * @returns the id above which the next ones are
 */
export async function beginNewTimeline(sql: Sql): Promise<string> {
  return inTransaction(sql, async (tx) => {
    await takeLock(tx, locks.eventIds);
    const newest = String(await readNewest(tx));
    const [{ from }] = await tx<[{ from: string }]>`
      select setval('event_ids', greatest(last_value, ${newest}) + ${String(leap)}) as from from event_ids
    `;
    await beginTimeline(tx, from);
    await tx`update stream_marks set pruned_event_id = ${from}`;
    return from;
  });
}

/** Starts a new timeline at an id. Unpublished events of the backup are skipped, because a reset loads them. */
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
