// Middleware: CORS headers for pages of other origins.
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";

/**
 * Adds CORS headers to answers and handles preflight requests.
 *
 * Hono's `cors` sets headers before an answer exists, so Hono builds each answer twice. A stream would keep both in
 * memory (2 kB). This middleware therefore runs `cors` after the handler.
 * @param origins allowed origins; `["*"]` allows any
 */
export function allowOrigins(origins: string[]): MiddlewareHandler {
  const allow = cors({
    origin: origins.includes("*") ? "*" : origins,
    allowMethods: ["GET", "HEAD"],
    exposeHeaders: ["Date", "ETag", "Link", "Retry-After"],
  });
  return async (c, next) => {
    // Preflight request: `cors` itself makes the answer.
    if (c.req.method === "OPTIONS") return allow(c, next);
    await next();
    await allow(c, async () => {});
  };
}
