// Refuses requests that no address takes.

import type { MiddlewareHandler } from "hono";
import { maxUrlLength } from "./limits.ts";
import { ProblemError } from "./problem.ts";
import type { RequestEnv } from "./request-env.ts";

const readMethods = "GET, HEAD, OPTIONS";

/** Refuses methods that would change something, since the API is read-only, and addresses longer than {@link maxUrlLength}. */
export const onlyReads: MiddlewareHandler<RequestEnv> = async (c, next) => {
  if (c.req.method === "OPTIONS") return c.body(null, 204, { Allow: readMethods });
  if (c.req.method !== "GET" && c.req.method !== "HEAD") {
    throw new ProblemError(
      "method_not_allowed",
      `${c.req.method} is not allowed: there is only something to read`,
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
