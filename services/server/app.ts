import type { Server } from "bun";
import { Hono } from "hono";
import { serveStatic } from "hono/bun";
import { cors } from "hono/cors";
import { HTTPException } from "hono/http-exception";
import type { Link } from "../../shared/link.ts";
import type { Log } from "../../shared/log.ts";
import type { Sql } from "../../shared/sql.ts";
import type { Feed } from "./feed.ts";
import { ProblemError, problemResponse } from "./problem.ts";
import { restRoutes } from "./rest.ts";
import type { Broadcast } from "./sse/broadcast.ts";
import { streamRoute } from "./sse/stream-route.ts";

/** What each request may use of the server that took it. */
type Bindings = { server: Server<undefined> };

/** What the HTTP side is made of. */
export type AppParts = {
  sql: Sql;
  database: Link;
  /** Why this server should get no requests now; empty when it should. */
  problems: () => Promise<string[]>;
  feed: Feed;
  broadcast: Broadcast;
  corsOrigins: string[];
  /** The built player, an absolute path. */
  playerDir: string;
  log: Log;
};

/**
 * A stream that is quiet for longer than this is ended by the server: more than two heartbeats, so that only a listener
 * that is gone without a word, or takes nothing, is meant.
 */
const streamIdleSeconds = 60;

/** Every route of the server. */
export function createApp(parts: AppParts): Hono<{ Bindings: Bindings }> {
  const { sql, database, problems, feed, broadcast, corsOrigins, playerDir, log } = parts;
  const app = new Hono<{ Bindings: Bindings }>();

  app.use("/v1/*", cors({ origin: corsOrigins.includes("*") ? "*" : corsOrigins, exposeHeaders: ["Retry-After"] }));
  const stream = streamRoute(sql, database, feed, broadcast, log);
  app.get("/v1/observations/stream", (c) => {
    // Bun ends what is idle for 10 seconds by default (oven-sh/bun#27479).
    c.env.server.timeout(c.req.raw, streamIdleSeconds);
    return stream(c);
  });
  app.route("/v1", restRoutes(sql));

  app.get("/health", (c) => c.json({ status: "up", streams: broadcast.size }));
  app.get("/ready", async (c) => {
    const reasons = await problems();
    if (reasons.length === 0) return c.json({ status: "ready" });
    return problemResponse(c, new ProblemError(503, reasons.join("; "), { reasons }));
  });

  app.use(
    serveStatic({
      root: playerDir,
      onFound: (path, c) => {
        // All but the page itself carry a hash of their content in their names.
        c.header("Cache-Control", path.endsWith(".html") ? "no-cache" : "public, max-age=31536000, immutable");
      },
    }),
  );

  app.notFound((c) => problemResponse(c, new ProblemError(404, `there is nothing at ${c.req.path}`)));
  app.onError((error, c) => {
    if (error instanceof ProblemError) return problemResponse(c, error);
    if (error instanceof HTTPException) return error.getResponse();
    if (database.problem !== null) {
      return problemResponse(c, new ProblemError(503, "the database does not answer", {}, { "Retry-After": "5" }));
    }
    log.error("a request failed", { path: c.req.path, reason: error.message });
    return problemResponse(c, new ProblemError(500, "this is a fault of the server and was logged"));
  });
  return app;
}
