// The server's port, and what holds for every connection to it.

import type { Hono } from "hono";
import type { ServerConfig } from "../../../shared/service/config.ts";
import { openPort } from "../../../shared/service/port.ts";
import { connectionIdleSeconds, maxBodyBytes } from "./limits.ts";
import type { RequestEnv } from "./request-env.ts";

/** Serves an app. @throws {StartError} when the port is taken, or cannot be had */
export function listen(
  { host: hostname, port, reusePort }: Pick<ServerConfig, "host" | "port" | "reusePort">,
  fetch: Hono<RequestEnv>["fetch"],
) {
  return openPort({ host: hostname, port, variable: "PORT" }, () =>
    Bun.serve({
      hostname,
      port,
      reusePort,
      maxRequestBodySize: maxBodyBytes,
      idleTimeout: connectionIdleSeconds,
      fetch: (request, server) => fetch(request, { server }),
    }),
  );
}
