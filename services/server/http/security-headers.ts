// Middleware: security headers of every answer.
import type { MiddlewareHandler } from "hono";
import { contentSecurityPolicy } from "../../../shared/player/content-security-policy.ts";

/** The player uses MIDI and its own media; browsers refuse everything else that asks for permission. */
const permissions = ["camera", "display-capture", "geolocation", "microphone", "payment", "serial", "usb"]
  .map((feature) => `${feature}=()`)
  .join(", ");

/**
 * The player may connect to its own server only. Otherwise a link with `?server=` could make it show another host's
 * data. A build on a static host has its own policy, which allows any server. The proxy that ends TLS sets
 * Strict-Transport-Security, since only the proxy knows the host names.
 */
const headers = {
  "Content-Security-Policy": `${contentSecurityPolicy("'self'")}; frame-ancestors 'none'`,
  "X-Frame-Options": "DENY",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  // Pages of other origins get no handle on the player's window. They may read the API with CORS, but not embed answers.
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": permissions,
};

/** Adds headers that turn off browser features that no answer needs. */
export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
};
