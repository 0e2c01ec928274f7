// Builds the HTTP app: middleware, routes and error handling.
import { Hono, type MiddlewareHandler } from "hono";
import { serveStatic } from "hono/bun";
import { getPath } from "hono/utils/url";
import type { Clock } from "../../shared/clock.ts";
import { isDatabaseAway } from "../../shared/database/sql.ts";
import { hashedName } from "../../shared/hashed-name.ts";
import type { Cause, ConnectionHealth, Problem } from "../../shared/service/connection-health.ts";
import type { Log } from "../../shared/service/log.ts";
import { healthRoutes } from "./api/health.ts";
import { createSharedMedians } from "./api/medians/medians.ts";
import { describeOpenApi, openApiRoute } from "./api/openapi.ts";
import { restRoutes } from "./api/rest.ts";
import { checkStream, describeStream } from "./api/stream.ts";
import type { Asker } from "./gate.ts";
import { answerWithin } from "./http/answer-within.ts";
import { clientAddress, clientNetwork } from "./http/client-address.ts";
import { compressed } from "./http/compression.ts";
import { allowOrigins } from "./http/cors.ts";
import { answerTimeoutMs, databaseAwayRetrySeconds, maxRequests } from "./http/limits.ts";
import { onlyReads } from "./http/only-reads.ts";
import { ProblemError, problemResponse, tryAgain } from "./http/problem.ts";
import { createRateLimit, type RateLimit } from "./http/rate-limit.ts";
import type { RequestContext, RequestEnv } from "./http/request-env.ts";
import { securityHeaders } from "./http/security-headers.ts";
import { createSendPieces } from "./http/send-pieces.ts";
import type { Questions } from "./store/questions.ts";
import type { StreamCounts } from "./stream/begin.ts";
import type { Broadcast } from "./stream/broadcast.ts";
import type { Feed } from "./stream/feed.ts";
import { streamRoute } from "./stream/route.ts";

/** Dependencies and settings of {@link createApp}. */
export type AppParts = {
  questions: Questions;
  database: ConnectionHealth;
  /** Returns whether the database schema is up to date; a worker migrates it after an upgrade. */
  hasSchema: () => boolean;
  /** Lists the reasons why this server should get no requests now; empty if it is ready. */
  problems: () => Promise<Problem[]>;
  feed: Feed;
  broadcast: Broadcast;
  corsOrigins: string[];
  maxStreams: number;
  maxStreamsPerIp: number;
  /** Number of proxies in front of the server. */
  trustedProxies: number;
  /** Absolute path of the built player. */
  playerDir: string;
  streamCounts: StreamCounts;
  /** Counts each request and measures its duration. */
  countRequest: MiddlewareHandler<RequestEnv>;
  /** Answers with all metrics in Prometheus text format. */
  scrape: () => Promise<Response>;
  log: Log;
  clock: Clock;
};

/** Allowed paths of player files. The file system throws on NUL bytes and long names, so other paths never reach it. */
const playerPath = /^\/[\w./-]{0,200}$/;

/** Creates the Hono app with every route of the server. */
export function createApp(parts: AppParts): Hono<RequestEnv> {
  const { questions, database, maxStreamsPerIp, trustedProxies, playerDir, log, clock } = parts;
  const app = new Hono<RequestEnv>({ getPath: pathOf });
  let hasWarned = false;

  app.use(parts.countRequest);
  app.use(securityHeaders);
  app.use("/v1/*", allowOrigins(parts.corsOrigins));
  app.use(onlyReads);

  // After a server restart all streams of an address reconnect at once, so allow two openings per stream.
  const maxOpenings = Math.max(maxRequests, 2 * maxStreamsPerIp);
  const openings = createRateLimit(maxOpenings, clock);
  app.get(
    "/v1/observations/stream",
    counted(openings),
    checkStream,
    describeStream,
    streamRoute({ ...parts, addressOf, charge: openings.charge }),
  );
  const requests = createRateLimit(maxRequests, clock);
  app.use("/v1/*", counted(requests), compressed);
  app.use("/v1/*", answerWithin(answerTimeoutMs, databaseAway, clock));
  const sendPieces = createSendPieces(networkOf, log, clock);
  const medians = createSharedMedians(clock);
  app.route("/", restRoutes({ questions, sendPieces, medians, askerOf }));

  app.use("/metrics", counted(createRateLimit(maxRequests, clock)));
  app.route("/", healthRoutes(parts));

  app.use("/openapi.json", compressed);
  app.get("/openapi.json", describeOpenApi, openApiRoute(app));

  const files = {
    root: playerDir,
    precompressed: true,
    onFound(path: string, c: RequestContext) {
      c.header("Cache-Control", hashedName.test(path) ? "public, max-age=31536000, immutable" : "no-cache");
      // Also on uncompressed answers, so that caches keep both variants apart.
      c.header("Vary", "Accept-Encoding");
    },
  };
  app.get("/docs", serveStatic<RequestEnv>({ ...files, path: "docs.html" }));
  app.use(async (c, next) => (playerPath.test(c.req.path) ? next() : c.notFound()));
  app.use(serveStatic<RequestEnv>(files));

  app.notFound((c) => problemResponse(c, new ProblemError("not_found", `there is nothing at ${c.req.path}`)));
  app.onError((error, c) => {
    if (error instanceof ProblemError) return problemResponse(c, error);
    if (c.req.raw.signal.aborted) return problemResponse(c, new ProblemError("client_left", "the client has left"));
    if (isDatabaseAway(error)) {
      database.down(error);
      return problemResponse(c, databaseAway());
    }
    if (!parts.hasSchema()) {
      return problemResponse(c, tryAgain("schema_not_ready", noSchema.reason, databaseAwayRetrySeconds));
    }
    log.error("a request failed", { code: "internal_error", path: c.req.path, reason: error.message });
    return problemResponse(c, new ProblemError("internal_error", "this is a fault of the server and was logged"));
  });
  return app;

  function askerOf(c: RequestContext): Asker {
    const address = addressOf(c);
    return {
      network: clientNetwork(address),
      signal: c.req.raw.signal,
      charge: (units) => requests.charge(address, units),
    };
  }

  function networkOf(c: RequestContext): string {
    return clientNetwork(addressOf(c));
  }

  function counted(limit: RateLimit): MiddlewareHandler<RequestEnv> {
    return (c, next) => {
      limit.enter(addressOf(c));
      return next();
    };
  }

  function addressOf(c: RequestContext): string {
    const forwardedFor = c.req.header("X-Forwarded-For");
    if (trustedProxies > 0 && forwardedFor === undefined && !hasWarned) {
      hasWarned = true;
      log.warn("TRUST_PROXY is set, but a request came without X-Forwarded-For", { trustedProxies });
    }
    return clientAddress(c.env.server.requestIP(c.req.raw)?.address, forwardedFor, trustedProxies);
  }
}

/**
 * Returns the path of a request. Without a `Host` header (HTTP/1.0), Bun gives only path and query, or nothing; Hono
 * expects a full URL.
 */
function pathOf(request: Request): string {
  return getPath(request.url.startsWith("/") ? new Request(`http://localhost${request.url}`) : request);
}

/** The problem of a server whose database schema is not ready yet. */
export const noSchema: Cause = {
  code: "schema_not_ready",
  reason: "the database tables do not exist yet, or are older than this server: a worker of its version migrates them",
};

function databaseAway(): ProblemError {
  return tryAgain("postgresql_away", "the database does not answer", databaseAwayRetrySeconds);
}
