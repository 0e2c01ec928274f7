// Middleware: request limit per client address.

import type { MiddlewareHandler } from "hono";
import { rateLimiter, type Store } from "hono-rate-limiter";
import type { Clock } from "../../../shared/clock.ts";
import { rateWindowMs } from "./limits.ts";
import { problemResponse, tryAgain } from "./problem.ts";
import type { RequestContext, RequestEnv } from "./request-env.ts";

/** Number of counters that all addresses share, so that memory use stays bounded. */
const rateCounters = 2n ** 16n;

/**
 * Answers 429 to an address after `limit` requests within {@link rateWindowMs}, until the window ends.
 * @param addressOf returns the client address of a request
 */
export function rateLimit(
  limit: number,
  addressOf: (c: RequestContext) => string,
  clock: Clock,
): MiddlewareHandler<RequestEnv> {
  // A random seed, so that no client can pick an address that shares a counter with a chosen victim.
  const seed = crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n;
  return rateLimiter<RequestEnv>({
    windowMs: rateWindowMs,
    limit,
    store: createRateStore(clock),
    // The headers would stay in memory while a stream is open.
    standardHeaders: false,
    keyGenerator: (c) => String(BigInt(Bun.hash(addressOf(c), seed)) % rateCounters),
    handler: (c) => {
      const seconds = rateWindowMs / 1000;
      return problemResponse(
        c,
        tryAgain("too_many_requests", `more than ${limit} requests within ${seconds} seconds`, seconds),
      );
    },
  });
}

/**
 * Creates a counter store that uses our monotonic clock. The library's own store uses the system time: after a clock
 * change of an hour back, it would refuse an address for an hour.
 */
function createRateStore(clock: Clock): Store<RequestEnv> {
  const counters = new Map<string, { totalHits: number; endsAtMs: number }>();
  let sweepAtMs = clock.monotonicMs() + rateWindowMs;

  function sweep(nowMs: number): void {
    for (const [key, { endsAtMs }] of counters) if (endsAtMs <= nowMs) counters.delete(key);
    sweepAtMs = nowMs + rateWindowMs;
  }

  return {
    increment(key) {
      const nowMs = clock.monotonicMs();
      if (nowMs >= sweepAtMs) sweep(nowMs);
      const known = counters.get(key);
      const counter = known && known.endsAtMs > nowMs ? known : { totalHits: 0, endsAtMs: nowMs + rateWindowMs };
      counter.totalHits += 1;
      counters.set(key, counter);
      return { totalHits: counter.totalHits };
    },
    decrement(key) {
      const counter = counters.get(key);
      if (counter) counter.totalHits -= 1;
    },
    resetKey: (key) => void counters.delete(key),
  };
}
