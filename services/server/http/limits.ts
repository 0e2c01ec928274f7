import type { MiddlewareHandler } from "hono";
import { rateLimiter, type Store } from "hono-rate-limiter";
import type { Clock } from "../../../shared/clock.ts";
import { ProblemError, problemResponse, tryAgain } from "./problem.ts";
import type { RequestContext, RequestEnv } from "./request-env.ts";

/** Room for the longest query there is, 500 station ids with `%2C` between them. Bun itself refuses a head above 16 kB. */
const maxUrlLength = 8 * 1024;
const rateWindowMs = 10_000;
/** Addresses share this many counters, so that they take little memory however many ask. */
const rateCounters = 2n ** 16n;

const readMethods = "GET, HEAD, OPTIONS";

/** Refuses what would change something, since nothing here can be changed, and addresses longer than any that makes sense. */
export const onlyReads: MiddlewareHandler<RequestEnv> = async (c, next) => {
  if (c.req.method === "OPTIONS") return c.body(null, 204, { Allow: readMethods });
  if (c.req.method !== "GET" && c.req.method !== "HEAD") {
    throw new ProblemError(
      405,
      `${c.req.method} is not allowed: there is only something to read`,
      {},
      { Allow: readMethods },
    );
  }
  if (c.req.url.length > maxUrlLength) {
    throw new ProblemError(414, `the address has ${c.req.url.length} characters, at most ${maxUrlLength} are allowed`);
  }
  return next();
};

/** Lets an address ask so many times in 10 seconds, and then answers 429 until they are over. */
export function rateLimit(
  limit: number,
  addressOf: (c: RequestContext) => string,
  clock: Clock,
): MiddlewareHandler<RequestEnv> {
  // So that nobody can choose an address that shares a counter with a given other one.
  const seed = crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n;
  return rateLimiter<RequestEnv>({
    windowMs: rateWindowMs,
    limit,
    store: createRateStore(clock),
    // They would stay in memory as long as a stream is open.
    standardHeaders: false,
    keyGenerator: (c) => String(BigInt(Bun.hash(addressOf(c), seed)) % rateCounters),
    handler: (c) => {
      const seconds = rateWindowMs / 1000;
      return problemResponse(c, tryAgain(429, `more than ${limit} requests within ${seconds} seconds`, seconds));
    },
  });
}

/**
 * Counts requests by key on a clock of ours. The library's own store reads the machine's time: once that is set back by an
 * hour, a refused address stays refused for an hour.
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

/** Times out answers that take longer. @throws {ProblemError} what `problem` makes, after so many ms */
export function answerWithin(
  milliseconds: number,
  problem: () => ProblemError,
  clock: Clock,
): MiddlewareHandler<RequestEnv> {
  return async (_c, next) => {
    const { promise: tooLate, reject } = Promise.withResolvers<never>();
    const cancel = clock.after(milliseconds, () => reject(problem()));
    try {
      await Promise.race([next(), tooLate]);
    } finally {
      cancel();
    }
  };
}
