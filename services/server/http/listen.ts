// Opens the HTTP port and sets the limits of every connection.

import type { Hono } from "hono";
import type { ServerConfig } from "../../../shared/service/config.ts";
import { openPort } from "../../../shared/service/port.ts";
import { connectionIdleSeconds, maxBodyBytes } from "./limits.ts";
import type { RequestEnv } from "./request-env.ts";

/** Starts the HTTP server of an app. @throws {StartError} when the port is in use or cannot be opened */
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
