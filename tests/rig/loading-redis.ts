// A Redis that loads its data for as long as a test wants, and answers LOADING meanwhile. It must allow DEBUG.

import { randomBytes } from "node:crypto";
import type { Redis } from "ioredis";

/** Those that a load takes time for, beside what is there. */
const keys = Array.from({ length: 300 }, (_, index) => `load:${index}`);
/** Redis looks at what clients want each time it has read so many bytes: with each key. */
const keyBytes = 1_024;
const usPerKey = 100_000;

/** Has a Redis load its data anew, slowly. Resolves when it answers LOADING. */
export async function loadSlowly(redis: Redis): Promise<void> {
  const fill = redis.pipeline();
  // Random, since it is compressed.
  for (const key of keys) fill.set(key, randomBytes(keyBytes));
  await fill.exec();
  await redis.config("SET", "key-load-delay", usPerKey);
  await redis.config("SET", "loading-process-events-interval-bytes", keyBytes);
  // Its own connection gets no answer before the end.
  const waiting = redis.duplicate();
  void waiting.call("DEBUG", "RELOAD").finally(() => waiting.disconnect());
  await untilInfo(redis, "persistence", "\nloading:1");
}

/** Has it load the rest at once. */
export async function endLoading(redis: Redis): Promise<void> {
  await redis.config("SET", "key-load-delay", "0");
  await untilInfo(redis, "persistence", "\nloading:0");
  await redis.del(keys);
}

/** Resolves when a section of Redis's INFO holds a text. */
export async function untilInfo(redis: Redis, section: string, text: string): Promise<void> {
  while (!(await redis.info(section)).includes(text)) await Bun.sleep(20);
}
