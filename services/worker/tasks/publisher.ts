// Publishes stored events, and retries while Redis does not accept them.

import type { RedisNames } from "../../../shared/channels.ts";
import type { ConnectionHealth } from "../../../shared/connections/connection-health.ts";
import { isDatabaseAway, type Sql } from "../../../shared/database/sql.ts";
import type { StoredEvent } from "../../../shared/measurements.ts";
import { oneAtATime } from "../../../shared/one-at-a-time.ts";
import { askRedis, type RedisClient } from "../../../shared/redis/redis.ts";
import { refusalWords } from "../../../shared/redis/redis-refusals.ts";
import { NotPublishedError, publishPending, sendMessages } from "./publish.ts";

/** Publishes stored events. */
export type Publisher = {
  /**
   * Publishes pending events. If Redis does not accept them, `health` is down, and they wait for the next call.
   * @returns the number of published events
   */
  publish(): Promise<number>;
  /** Checks that Redis lets this user publish. After an outage, publishes the pending events. */
  check(): Promise<void>;
};

/**
 * Creates a publisher.
 * @param redis a separate connection, not BullMQ's
 * @param health up while Redis accepts published events
 * @param published called with each page of events that Redis accepted
 */
export function createPublisher(
  sql: Sql,
  redis: RedisClient,
  names: RedisNames,
  health: ConnectionHealth,
  database: ConnectionHealth,
  published: (events: StoredEvent[]) => void,
): Publisher {
  /** Publishes pending events. @returns their number; `null` if Redis did not accept them */
  async function tryToPublish(): Promise<number | null> {
    try {
      return await publishPending(sql, redis, published, names);
    } catch (error) {
      if (!(error instanceof NotPublishedError)) throw error;
      health.down(refusalWords(error.cause));
      return null;
    }
  }

  async function checkOnce(): Promise<void> {
    if (!(await askRedis(redis, health, () => sendMessages(redis, names, "0", [])))) return;
    if (health.problem === null) return;
    try {
      if ((await tryToPublish()) !== null) health.up();
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      database.down(error);
    }
  }

  return {
    publish: async () => (await tryToPublish()) ?? 0,
    check: oneAtATime(checkOnce),
  };
}
