import type { Redis } from "ioredis";
import type { Link } from "../../shared/link.ts";
import { pingRedis } from "../../shared/redis.ts";
import { StartError } from "../../shared/service.ts";
import { pingDatabase, type Sql } from "../../shared/sql.ts";

/**
 * Serves the worker's `/health` (the process is up), `/ready` (PostgreSQL and Redis answer) and `/metrics`.
 * @returns what stops it
 * @throws {StartError} when the port is taken
 */
export function serveHealth(
  port: number,
  sql: Sql,
  database: Link,
  publisher: Redis,
  redis: Link,
  scrape: () => Promise<Response>,
): () => Promise<void> {
  const ready = async () => {
    await Promise.all([pingDatabase(sql, database), pingRedis(publisher, redis)]);
    const reasons = [
      database.problem === null ? [] : [`PostgreSQL: ${database.problem}`],
      redis.problem === null ? [] : [`Redis: ${redis.problem}`],
    ].flat();
    return Response.json(
      { status: reasons.length === 0 ? "ready" : "not ready", reasons },
      { status: reasons.length === 0 ? 200 : 503 },
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
