import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";

/**
 * Tells browsers whose pages may use the API.
 *
 * Hono's own would set its headers before there is an answer, so that each answer is made twice; of a stream both would stay
 * in memory, 2 kB of them. It is asked after the answer is made.
 * @param origins `["*"]`: any
 */
export function allowOrigins(origins: string[]): MiddlewareHandler {
  const allow = cors({
    origin: origins.includes("*") ? "*" : origins,
    allowMethods: ["GET", "HEAD"],
    exposeHeaders: ["Link", "Retry-After"],
  });
  return async (c, next) => {
    // The question whether another request is allowed: its answer is made there.
    if (c.req.method === "OPTIONS") return allow(c, next);
    await next();
    await allow(c, async () => {});
  };
}
