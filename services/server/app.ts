// Builds the HTTP app: middleware, routes and error handling.
import { Hono, type MiddlewareHandler } from "hono";
import { getPath } from "hono/utils/url";
import type { Clock } from "../../shared/clock.ts";
import type { ConnectionHealth, Problem } from "../../shared/connections/connection-health.ts";
import type { Log } from "../../shared/process/log.ts";
import { healthRoutes } from "./api/health.ts";
import { createSharedMedians } from "./api/medians/medians.ts";
import { describeOpenApi, openApiRoute } from "./api/openapi.ts";
import { restRoutes } from "./api/rest.ts";
import { checkStream, describeStream } from "./api/stream.ts";
import { answerErrors, databaseAway } from "./http/answer-errors.ts";
import { answerWithin } from "./http/answer-within.ts";
import { createClients } from "./http/clients/clients.ts";
import { createRateLimit, type RateLimit } from "./http/clients/rate-limit.ts";
import { compressed } from "./http/compression.ts";
import { allowOrigins } from "./http/cors.ts";
import { answerTimeoutMs, maxOpenings, maxRequests } from "./http/limits.ts";
import { onlyReads } from "./http/only-reads.ts";
import { addPlayerFiles } from "./http/player-files.ts";
import type { RequestContext, RequestEnv } from "./http/request-env.ts";
import { securityHeaders } from "./http/security-headers.ts";
import { createSendPieces } from "./http/send-pieces.ts";
import type { Asker } from "./store/gate.ts";
import type { Questions } from "./store/questions.ts";
import type { StreamCounts } from "./stream/begin.ts";
import type { Broadcast } from "./stream/broadcast.ts";
import type { Feed } from "./stream/feed/feed.ts";
import { streamRoute } from "./stream/route.ts";

/** Dependencies and settings of {@link createApp}. */
type AppParts = {
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

/** Creates the Hono app with every route of the server. */
export function createApp(parts: AppParts): Hono<RequestEnv> {
  const { questions, maxStreamsPerIp, log, clock } = parts;
  const app = new Hono<RequestEnv>({ getPath: pathOf });
  const { addressOf, networkOf } = createClients(parts.trustedProxies, log);

  app.use(parts.countRequest);
  app.use(securityHeaders);
  app.use("/v1/*", allowOrigins(parts.corsOrigins));
  app.use(onlyReads);

  const openings = createRateLimit(maxOpenings(maxStreamsPerIp), clock);
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

  addPlayerFiles(app, parts.playerDir);
  answerErrors(app, parts);
  return app;

  function askerOf(c: RequestContext): Asker {
    const charge = (units: number) => requests.charge(addressOf(c), units);
    return { network: networkOf(c), signal: c.req.raw.signal, charge };
  }

  function counted(limit: RateLimit): MiddlewareHandler<RequestEnv> {
    return (c, next) => {
      limit.enter(addressOf(c));
      return next();
    };
  }
}

/**
 * Returns the path of a request. Without a `Host` header (HTTP/1.0), Bun gives only path and query, or nothing; Hono
 * expects a full URL.
 */
function pathOf(request: Request): string {
  return getPath(request.url.startsWith("/") ? new Request(`http://localhost${request.url}`) : request);
}
