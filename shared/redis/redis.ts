// Redis connections, and checks that Redis accepts a service's commands.

import { Redis, type RedisOptions, ReplyError } from "ioredis";
import { withDeadline } from "../clock.ts";
import type { ConnectionHealth } from "../service/connection-health.ts";
import { refusalWords } from "./redis-refusals.ts";

/**
 * If a command gets no answer for this time, in ms, the connection counts as dead. ioredis then reconnects and sends the
 * command again. No command takes that long: BullMQ's `BZPOPMIN`, on connections with the same options, blocks for 10
 * seconds at most. Every connection sends a command every few seconds.
 */
const silenceMs = 15_000;

/**
 * Opens a connection to Redis that reconnects for ever, with pauses of at most 5 seconds, and reports failures to `health`.
 * It never reports `up()`: a Redis that accepts connections may still refuse commands. {@link askRedis} or the caller's own
 * commands show that.
 */
export function connectRedis(
  url: string,
  health: ConnectionHealth,
  options: Omit<RedisOptions, "replyMapping"> = {},
): Redis {
  // The ready check needs INFO, which a Redis user may lack, and hides LOADING, which `askRedis` reports.
  const redis = new Redis(redisAddress(url), {
    enableReadyCheck: false,
    ...options,
    retryStrategy: retryDelayMs,
    socketTimeout: silenceMs,
  });
  redis.on("error", (error) => health.down(error));
  redis.on("close", () => {
    // An earlier error says more.
    if (health.problem === null) health.down("the connection was closed");
  });
  return redis;
}

/** Returns an address in ioredis's form: for `unix:/run/redis.sock?db=2`, the path and the query. */
export function redisAddress(url: string): string {
  const { protocol, pathname, search } = new URL(url);
  return protocol === "unix:" ? decodeURIComponent(pathname) + search : url;
}

/** Returns ms to wait before an attempt (the first is 1), with jitter, so that clients do not reconnect all at once. */
export function retryDelayMs(attempt: number): number {
  return Math.min(50 * 2 ** attempt, 5_000) * (0.75 + Math.random() / 4);
}

/** Time limit for a small command, in ms. */
const askMs = 4_000;

/** Returns whether Redis itself sent this error: the connection works, but Redis refused the command. */
export function isReply(error: unknown): boolean {
  return error instanceof ReplyError;
}

/**
 * Runs the commands of `ask` and reports a failure to `health`. After a refusal, the connection stays open. Without an
 * answer, it reconnects: otherwise a dead connection stays unnoticed for minutes.
 * @param ask sends the commands
 * @returns whether all commands succeeded; the caller decides whether to report `up()`
 */
export async function askRedis(
  redis: Redis,
  health: ConnectionHealth,
  ask: () => Promise<unknown>,
  deadlineMs = askMs,
): Promise<boolean> {
  if (redis.status !== "ready") return false;
  try {
    await withDeadline(ask(), deadlineMs);
    return true;
  } catch (error) {
    health.down(refusalWords(error));
    if (!isReply(error)) redis.disconnect(true);
    return false;
  }
}
