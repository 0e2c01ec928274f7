// Keeps a Redis loading its data, and answering LOADING, for as long as a test needs. The Redis must allow DEBUG.

import { randomBytes } from "node:crypto";
import type { Redis } from "ioredis";

/** Number of extra keys, which make the load slow. */
const keys = Array.from({ length: 300 }, (_, index) => `load:${index}`);
/** Redis serves its clients after reading this many bytes, so here after each key. */
const keyBytes = 1_024;
const usPerKey = 100_000;

/** Makes a Redis reload its data slowly. Resolves when it answers LOADING. */
export async function loadSlowly(redis: Redis): Promise<void> {
  const fill = redis.pipeline();
  // Random, because Redis compresses the value.
  for (const key of keys) fill.set(key, randomBytes(keyBytes));
  await fill.exec();
  await redis.config("SET", "key-load-delay", usPerKey);
  await redis.config("SET", "loading-process-events-interval-bytes", keyBytes);
  // This connection gets no answer until the load ends.
  const waiting = redis.duplicate();
  void waiting.call("DEBUG", "RELOAD").finally(() => waiting.disconnect());
  await untilInfo(redis, "persistence", "\nloading:1");
}

/** Lets Redis load the remaining keys at full speed. */
export async function endLoading(redis: Redis): Promise<void> {
  await redis.config("SET", "key-load-delay", "0");
  await untilInfo(redis, "persistence", "\nloading:0");
  await redis.del(keys);
}

/** Resolves when a section of Redis's INFO contains a text. */
export async function untilInfo(redis: Redis, section: string, text: string): Promise<void> {
  while (!(await redis.info(section)).includes(text)) await Bun.sleep(20);
}
