// Options for a test's own connection to a single Redis.

import type { RedisOptions } from "ioredis";
import { parseRedisAddress } from "../../shared/redis/redis-address.ts";

/** Returns the options of ioredis for an address such as `unix:/run/redis.sock?db=1`. */
export function redisOptions(url: string): Omit<RedisOptions, "replyMapping"> {
  const address = parseRedisAddress(url);
  if (address.kind !== "single") throw new Error(`${url} is not the address of a single Redis`);
  return { ...address.at, ...address.login, db: address.db };
}
