// Publishes what is stored, and keeps at it while Redis does not take it.

import type { Redis } from "ioredis";
import type { RedisNames } from "../../../shared/channels.ts";
import { isDatabaseAway, type Sql } from "../../../shared/database/sql.ts";
import type { StoredEvent } from "../../../shared/measurements.ts";
import { oneAtATime } from "../../../shared/one-at-a-time.ts";
import { askRedis } from "../../../shared/redis/redis.ts";
import { refusalWords } from "../../../shared/redis/redis-refusals.ts";
import type { ConnectionHealth } from "../../../shared/service/connection-health.ts";
import { NotPublishedError, publishPending, sendMessages } from "./publish.ts";

/** Publishes what is stored. */
export type Publisher = {
  /**
   * Publishes what was not published yet. What Redis does not take is reported to its link and waits for the next call.
   * @returns how many events were published
   */
  publish(): Promise<number>;
  /** Checks that Redis lets this user publish; when it does so again, what waited is published. */
  check(): Promise<void>;
};

/**
 * Creates a publisher.
 * @param redis a connection of its own, not BullMQ's
 * @param link holds while Redis takes what is published
 * @param published called with each page of events that Redis has taken
 */
export function createPublisher(
  sql: Sql,
  redis: Redis,
  names: RedisNames,
  health: ConnectionHealth,
  database: ConnectionHealth,
  published: (events: StoredEvent[]) => void,
): Publisher {
  /** @returns how many events were published; `null` where Redis did not take them */
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
