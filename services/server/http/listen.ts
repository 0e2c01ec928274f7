// The server's port, and what holds for every connection to it.

import type { Hono } from "hono";
import type { ServerConfig } from "../../../shared/service/config.ts";
import { describeError } from "../../../shared/service/link.ts";
import { StartError } from "../../../shared/service/service.ts";
import type { RequestEnv } from "./request-env.ts";

/** The API is read-only, so request bodies can stay small. */
const maxBodyBytes = 64 * 1024;
/** Time without a byte after which a connection is closed; streams set their own. */
const idleSeconds = 10;

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
      idleTimeout: idleSeconds,
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
