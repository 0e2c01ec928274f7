// The worker's HTTP port: health, readiness, metrics.

import type { Problem } from "../../shared/connections/connection-health.ts";
import { openPort } from "../../shared/service/port.ts";
import { readiness } from "../../shared/service/readiness.ts";

/**
 * Serves the worker's `/health` (the process is up), `/ready` (its connections work and its polls run) and `/metrics`.
 * @param findProblems lists the worker's current problems; empty if there are none
 * @returns a function that stops the server
 * @throws {StartError} when the port is taken or cannot be opened
 */
export function serveHealth(
  { host: hostname, port }: { host: string; port: number },
  findProblems: () => Promise<Problem[]>,
  scrape: () => Promise<Response>,
): () => Promise<void> {
  const ready = async () => {
    const { httpStatus, ...document } = readiness(await findProblems());
    return Response.json(document, { status: httpStatus });
  };
  const server = openPort({ host: hostname, port, variable: "WORKER_PORT" }, () =>
    Bun.serve({
      hostname,
      port,
      routes: { "/health": Response.json({ status: "up" }), "/ready": ready, "/metrics": scrape },
      fetch: () => new Response("there is nothing here\n", { status: 404 }),
    }),
  );
  return () => server.stop(true);
}
