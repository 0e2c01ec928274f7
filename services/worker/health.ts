// The worker's own HTTP port: health, readiness, metrics.

import type { Problem } from "../../shared/service/link.ts";
import { StartError } from "../../shared/service/service.ts";

/**
 * Serves the worker's `/health` (the process is up), `/ready` (its links hold and its polls go on) and `/metrics`.
 * @param findProblems why this worker does not do its work now; empty while it does
 * @returns what stops it
 * @throws {StartError} when the port is taken
 */
export function serveHealth(
  port: number,
  findProblems: () => Promise<Problem[]>,
  scrape: () => Promise<Response>,
): () => Promise<void> {
  const ready = async () => {
    const problems = await findProblems();
    const isReady = problems.length === 0;
    const reasons = problems.map(({ message }) => message);
    return Response.json(
      { status: isReady ? "ready" : "not ready", reasons, problems },
      { status: isReady ? 200 : 503 },
    );
  };
  const server = listen(port, ready, scrape);
  return () => server.stop(true);
}

function listen(port: number, ready: () => Promise<Response>, scrape: () => Promise<Response>) {
  try {
    return Bun.serve({
      port,
      routes: { "/health": Response.json({ status: "up" }), "/ready": ready, "/metrics": scrape },
      fetch: () => new Response("there is nothing here\n", { status: 404 }),
    });
  } catch (error) {
    if ((error as { code?: string }).code !== "EADDRINUSE") throw error;
    throw new StartError(`port ${port} is taken: stop what listens there, or set WORKER_PORT to another`);
  }
}
