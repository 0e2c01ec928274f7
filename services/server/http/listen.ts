// The server's port, and what holds for every connection to it.

import type { Hono } from "hono";
import type { ServerConfig } from "../../../shared/service/config.ts";
import { openPort } from "../../../shared/service/port.ts";
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
  return openPort({ host: hostname, port, variable: "PORT" }, () =>
    Bun.serve({
      hostname,
      port,
      reusePort,
      maxRequestBodySize: maxBodyBytes,
      idleTimeout: idleSeconds,
      fetch: (request, server) => fetch(request, { server }),
    }),
  );
}
