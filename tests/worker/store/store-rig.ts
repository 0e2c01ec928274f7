// An empty database for the tests of the store, with functions that read from it.

import { Redis } from "ioredis";
import type { PositionedObservation } from "../../../services/worker/ndbc/types.ts";
import { unguardedIds } from "../../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../../services/worker/store/poll.ts";
import { publishPending } from "../../../services/worker/tasks/publish.ts";
import { lockSpace, locks, type Transaction } from "../../../shared/database/sql.ts";
import { measurements, type StoredObservation } from "../../../shared/measurements.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { redisOptions } from "../../rig/redis-options.ts";
import { startStack } from "../../rig/stack.ts";

/** Validators of a stored file. */
export const file = { etag: '"1"', lastModified: null, hash: "abc" };

export const noon = "2026-05-06T12:00Z";

/** Counts when nothing was stored. */
export const unchanged = { added: 0, changed: 0, events: null };

/** Starts PostgreSQL and Redis, with functions that store, publish and read. */
export async function startStore() {
  const stack = await startStack();
  const { sql } = stack;
  return {
    sql,
    redis: stack.redis,
    stop: stack.stop,
    /** Stores the rows of a poll. */
    poll: (...rows: PositionedObservation[]) => storePoll(sql, latestObsPath, file, rows, unguardedIds),
    publish: () => publishPending(sql, stack.redis),

    async empty(): Promise<void> {
      await sql`truncate observations, stations, upstream_files, backfilled_hours, batches`;
      await sql`update stream_marks set published_event_id = 0, pruned_event_id = 0`;
      await sql`alter sequence event_ids restart`;
    },

    /** Returns the stored rows in order of event ids; rows without an id are last. */
    async stored(): Promise<StoredObservation[]> {
      const rows = await sql<StoredObservation[]>`
        select station_id, observed_at, ${sql(measurements)}, event_id from observations
        order by event_id, observed_at, station_id
      `;
      return [...rows];
    },

    /** Subscribes, publishes what is pending, and resolves with all received messages. */
    async heardWhile(publish: () => Promise<unknown>): Promise<string[]> {
      const subscriber = new Redis(redisOptions(stack.redisUrl));
      const messages: string[] = [];
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      subscriber.on("message", (_channel, text) => (text === "that is all" ? resolve() : messages.push(text)));
      await subscriber.subscribe("observations:new");
      await publish();
      await stack.redis.publish("observations:new", "that is all");
      await ended;
      subscriber.disconnect();
      return messages;
    },

    /** Takes the lock of event ids like another worker's poll, and keeps it until `released`. */
    async holdEventIds(released: Promise<void>, work: (tx: Transaction) => PromiseLike<unknown>) {
      const held = Promise.withResolvers<void>();
      const done = sql.begin(async (tx) => {
        await tx`select pg_advisory_xact_lock(${lockSpace}, ${locks.eventIds})`;
        await work(tx);
        held.resolve();
        await released;
      });
      await held.promise;
      return { done };
    },

    /** Resolves when a transaction in this database waits for another one. It polls PostgreSQL, which has no event for this. */
    async untilWaiting(): Promise<void> {
      for (;;) {
        const waiting = await sql`
          select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
        `;
        if (waiting.length > 0) return;
        await Bun.sleep(5);
      }
    },
  };
}

/** Returns the expected stored form of a row. */
export function row({ latitude: _, longitude: __, ...observation }: PositionedObservation, eventId: string | null) {
  return { ...observation, eventId };
}
