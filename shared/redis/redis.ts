// The connection to Redis, and how a service finds out whether Redis does what the service needs.

import { Redis, type RedisOptions, ReplyError } from "ioredis";
import { withDeadline } from "../clock.ts";
import type { ConnectionHealth } from "../service/connection-health.ts";
import { refusalWords } from "./redis-refusals.ts";

/**
 * A connection on which nothing comes for this time although something was asked is dead, and is made again; what was asked
 * goes out again over the next. Nothing is asked that Redis may think about as long: BullMQ waits for a job for 10 seconds
 * at most, by `BZPOPMIN` on connections that have these options too. All are asked something every few seconds.
 */
const silenceMs = 15_000;

/**
 * Opens a connection to Redis that is tried again for ever, at most 5 seconds apart, and reports to `link` when it fails.
 * Only {@link askRedis} or the caller's own commands can tell that it holds: a Redis that accepts connections may refuse
 * everything else.
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
    // An error that came before it says more.
    if (health.problem === null) health.down("the connection was closed");
  });
  return redis;
}

/** Returns an address as ioredis takes it: for `unix:/run/redis.sock?db=2` the path and what follows it. */
export function redisAddress(url: string): string {
  const { protocol, pathname, search } = new URL(url);
  return protocol === "unix:" ? decodeURIComponent(pathname) + search : url;
}

/** Milliseconds to wait before the given attempt, the first being 1; spread, so that not all come back at once. */
export function retryDelayMs(attempt: number): number {
  return Math.min(50 * 2 ** attempt, 5_000) * (0.75 + Math.random() / 4);
}

/** How long a Redis that is up may take for a small answer. */
const askMs = 4_000;

/** Returns whether Redis itself answered with this error: the connection works, and the command is refused. */
export function isReply(error: unknown): boolean {
  return error instanceof ReplyError;
}

/**
 * Asks Redis for what a service needs, and reports a failure to the link. A refusal leaves the connection open. One that
 * answers nothing is closed and opened again: nothing else would notice for minutes that its other end is gone.
 * @param ask sends the commands
 * @returns whether Redis did all of it; the caller decides whether the link holds then
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
