import type { MiddlewareHandler } from "hono";
import { rateLimiter } from "hono-rate-limiter";
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
export function rateLimit(limit: number, addressOf: (c: RequestContext) => string): MiddlewareHandler<RequestEnv> {
  // So that nobody can choose an address that shares a counter with a given other one.
  const seed = crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n;
  return rateLimiter<RequestEnv>({
    windowMs: rateWindowMs,
    limit,
    // They would stay in memory as long as a stream is open.
    standardHeaders: false,
    keyGenerator: (c) => String(BigInt(Bun.hash(addressOf(c), seed)) % rateCounters),
    handler: (c) => {
      const seconds = rateWindowMs / 1000;
      return problemResponse(c, tryAgain(429, `more than ${limit} requests within ${seconds} seconds`, seconds));
    },
  });
}
