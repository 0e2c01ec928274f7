// Middleware: refuses write methods and URLs that are too long.

import type { MiddlewareHandler } from "hono";
import { maxUrlLength } from "./limits.ts";
import { ProblemError } from "./problem.ts";
import type { RequestEnv } from "./request-env.ts";

const readMethods = "GET, HEAD, OPTIONS";

/**
 * Answers OPTIONS, and refuses write methods and URLs longer than {@link maxUrlLength}. @throws {ProblemError} 405 or
 * 414
 */
export const onlyReads: MiddlewareHandler<RequestEnv> = async (c, next) => {
  if (c.req.method === "OPTIONS") return c.body(null, 204, { Allow: readMethods });
  if (c.req.method !== "GET" && c.req.method !== "HEAD") {
    throw new ProblemError(
      "method_not_allowed",
      `${c.req.method} is not allowed: the API is read-only`,
      {},
      { Allow: readMethods },
    );
  }
  if (c.req.url.length > maxUrlLength) {
    throw new ProblemError(
      "address_too_long",
      `the address has ${c.req.url.length} characters, at most ${maxUrlLength} are allowed`,
    );
  }
  return next();
};
