import { Hono, type MiddlewareHandler } from "hono";
import { serveStatic } from "hono/bun";
import { getPath } from "hono/utils/url";
import type { Clock } from "../../shared/clock.ts";
import type { Cause, Link, Problem } from "../../shared/link.ts";
import type { Log } from "../../shared/log.ts";
import { isDatabaseAway, type Sql } from "../../shared/sql.ts";
import { hashedName } from "../../web/hashed-name.ts";
import { allowOrigins } from "./allow-origins.ts";
import { clientAddress } from "./client-address.ts";
import { compressed } from "./compression.ts";
import { endpoints } from "./endpoints.ts";
import type { Feed } from "./feed.ts";
import { answerWithin, onlyReads, rateLimit } from "./limits.ts";
import { openApiRoute } from "./openapi.ts";
import { ProblemError, problemResponse, tryAgain } from "./problem.ts";
import type { RequestContext, RequestEnv } from "./request-env.ts";
import { createRecentMedians } from "./rest/medians.ts";
import { createRowStreams } from "./rest/row-stream.ts";
import { restRoutes } from "./rest.ts";
import { securityHeaders } from "./security-headers.ts";
import type { Broadcast } from "./sse/broadcast.ts";
import { type StreamCounts, streamRoute } from "./sse/stream-route.ts";

/** What the HTTP side is made of. */
export type AppParts = {
  sql: Sql;
  database: Link;
  /** Whether the tables are as this server needs them; after an upgrade they are brought up to date first. */
  hasSchema: () => boolean;
  /** Why this server should get no requests now; empty when it should. */
  problems: () => Promise<Problem[]>;
  feed: Feed;
  broadcast: Broadcast;
  corsOrigins: string[];
  maxStreams: number;
  maxStreamsPerIp: number;
  /** How many proxies stand before the server. */
  trustedProxies: number;
  /** The built player, an absolute path. */
  playerDir: string;
  streamCounts: StreamCounts;
  /** Counts each request and times its answer. */
  countRequest: MiddlewareHandler<RequestEnv>;
  /** Answers with all metrics. */
  scrape: () => Promise<Response>;
  log: Log;
  clock: Clock;
};

/** Of one address within 10 seconds, streams not counted. */
const maxRequests = 200;
/** An answer that takes longer is given up: before Bun ends its connection, which it does after 10 seconds. */
const answerTimeoutMs = 8_000;
/** When to try again what the database did not answer. */
const databaseAwaySeconds = 5;

/** Why a server that has just started may have no answers. */
export const noSchema: Cause = {
  code: "schema_not_ready",
  reason: "the tables of the database are not there yet, or are being brought up to date after an upgrade",
};

/** What a file of the player may be called. Nothing else reaches the file system, which throws at NULs and long names. */
const playerPath = /^\/[\w./-]{0,200}$/;

/** Every route of the server. */
export function createApp(parts: AppParts): Hono<RequestEnv> {
  const { sql, database, problems, feed, broadcast, maxStreamsPerIp, trustedProxies, playerDir, log, clock } = parts;
  const app = new Hono<RequestEnv>({ getPath: pathOf });

  app.use(parts.countRequest);
  app.use(securityHeaders);
  app.use("/v1/*", allowOrigins(parts.corsOrigins));
  app.use(onlyReads);

  // Each stream that is opened may be opened once more at once, as after a restart of the server; no less than requests.
  const maxOpenings = Math.max(maxRequests, 2 * maxStreamsPerIp);
  app.get("/v1/observations/stream", rateLimit(maxOpenings, addressOf, clock), streamRoute({ ...parts, addressOf }));
  app.use("/v1/*", rateLimit(maxRequests, addressOf, clock), compressed);
  app.use("/v1/*", answerWithin(answerTimeoutMs, databaseAway, clock));
  const rowStreams = createRowStreams(addressOf, log);
  app.route("/", restRoutes({ sql, rowStreams, recentMedians: createRecentMedians(clock) }));

  app.get("/health", (c) => c.json({ status: "up", streams: broadcast.size, droppedMessages: feed.dropped }));
  app.get("/ready", async (c) => {
    const found = await problems();
    if (found.length === 0) return c.json({ status: "ready" });
    const reasons = found.map(({ message }) => message);
    return problemResponse(c, new ProblemError(503, reasons.join("; "), { reasons, problems: found }));
  });

  app.get("/metrics", () => parts.scrape());
  app.use("/openapi.json", compressed);
  app.route("/openapi.json", openApiRoute(endpoints));

  const files = {
    root: playerDir,
    precompressed: true,
    onFound(path: string, c: RequestContext) {
      c.header("Cache-Control", hashedName.test(path) ? "public, max-age=31536000, immutable" : "no-cache");
      // Also where it is not compressed: a cache is to keep both apart.
      c.header("Vary", "Accept-Encoding");
    },
  };
  app.get("/docs", serveStatic<RequestEnv>({ ...files, path: "docs.html" }));
  app.use(async (c, next) => (playerPath.test(c.req.path) ? next() : c.notFound()));
  app.use(serveStatic<RequestEnv>(files));

  app.notFound((c) => problemResponse(c, new ProblemError(404, `there is nothing at ${c.req.path}`)));
  app.onError((error, c) => {
    if (error instanceof ProblemError) return problemResponse(c, error);
    if (isDatabaseAway(error)) {
      database.down(error);
      return problemResponse(c, databaseAway());
    }
    if (!parts.hasSchema()) return problemResponse(c, tryAgain(503, noSchema.reason, databaseAwaySeconds));
    log.error("a request failed", { path: c.req.path, reason: error.message });
    return problemResponse(c, new ProblemError(500, "this is a fault of the server and was logged"));
  });
  return app;

  function addressOf(c: RequestContext): string {
    const peer = c.env.server.requestIP(c.req.raw)?.address;
    return clientAddress(peer, c.req.header("X-Forwarded-For"), trustedProxies);
  }
}

/**
 * The path of a request. Bun tells no more than path and query of one whose `Host` is missing, as in HTTP/1.0, or none at
 * all, and Hono reads whole addresses only.
 */
function pathOf(request: Request): string {
  return getPath(request.url.startsWith("/") ? new Request(`http://localhost${request.url}`) : request);
}

function databaseAway(): ProblemError {
  return tryAgain(503, "the database does not answer", databaseAwaySeconds);
}
