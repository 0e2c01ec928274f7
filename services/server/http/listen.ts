// The server's port, and what holds for every connection to it.

import type { Hono } from "hono";
import type { ServerConfig } from "../../../shared/service/config.ts";
import { describeError } from "../../../shared/service/link.ts";
import { StartError } from "../../../shared/service/service.ts";
import { connectionIdleSeconds, maxBodyBytes } from "./limits.ts";
import type { RequestEnv } from "./request-env.ts";

/** Serves an app. @throws {StartError} when the port is taken, or cannot be had */
export function listen(
  { host: hostname, port, reusePort }: Pick<ServerConfig, "host" | "port" | "reusePort">,
  fetch: Hono<RequestEnv>["fetch"],
) {
  try {
    return Bun.serve({
      hostname,
      port,
      reusePort,
      maxRequestBodySize: maxBodyBytes,
      idleTimeout: connectionIdleSeconds,
      fetch: (request, server) => fetch(request, { server }),
    });
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === "EADDRINUSE") {
      throw new StartError(`port ${port} is taken: stop what listens there, or set PORT to another`);
    }
    if (code === "EACCES") throw new StartError(`port ${port} may not be used: set PORT to one above 1023`);
    throw new StartError(
      `cannot listen on ${hostname}, port ${port} (${describeError(error)}): set HOST to an address of this machine`,
    );
  }
}
