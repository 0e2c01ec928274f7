import { Redis, type RedisOptions } from "ioredis";
import { withDeadline } from "./clock.ts";
import type { Link } from "./link.ts";

/**
 * A connection on which nothing comes for this time although something was asked is dead, and is made anew; what was asked
 * goes out again over the next. Nothing is asked that Redis may think about as long: BullMQ waits for a job for 10 seconds
 * at most, by `BZPOPMIN` on connections that have these options too. All are asked something every few seconds.
 */
const silenceMs = 15_000;

/**
 * Opens a connection to Redis that is tried again for ever, at most 5 seconds apart, and tells `link` how it stands.
 */
export function connectRedis(url: string, link: Link, options: Omit<RedisOptions, "replyMapping"> = {}): Redis {
  const redis = new Redis(redisAddress(url), { ...options, retryStrategy: retryDelayMs, socketTimeout: silenceMs });
  redis.on("ready", () => link.up());
  redis.on("error", (error) => link.down(error));
  redis.on("close", () => link.down(link.problem ?? "the connection was closed"));
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

/** How long a Redis that is up may take for the smallest of answers. */
const pingMs = 2_000;

/**
 * Asks Redis for a sign of life and tells the link how it went. A connection that is open and answers nothing is made anew:
 * nothing else would notice for minutes that its other end is gone.
 */
export async function pingRedis(redis: Redis, link: Link): Promise<void> {
  if (redis.status !== "ready") return;
  try {
    await withDeadline(redis.ping(), pingMs);
    link.up();
  } catch (error) {
    link.down(error);
    redis.disconnect(true);
  }
}
