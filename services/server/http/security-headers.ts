import type { MiddlewareHandler } from "hono";
import { contentSecurityPolicy } from "../../../shared/content-security-policy.ts";

/**
 * A player that this server serves may ask this server alone, whatever `?server=` says: a link is not to make it show what
 * somebody else sends. On a static host the built page's own policy holds, under which it may ask any.
 * Strict-Transport-Security is left to the proxy that ends TLS, which alone knows the names it holds for.
 */
const headers = {
  "Content-Security-Policy": `${contentSecurityPolicy("'self'")}; frame-ancestors 'none'`,
  "X-Frame-Options": "DENY",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

/** Tells browsers what no answer of ours needs them to do. */
export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
};
