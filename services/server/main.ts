// Entry point of the server: follows the Redis channel and serves streams, REST and the player.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Redis } from "ioredis";
import { redisNames } from "../../shared/channels.ts";
import { systemClock as clock, waitAtMost } from "../../shared/clock.ts";
import {
  type ConnectionHealth,
  problemsOf,
  watchConnection,
  watchMs,
} from "../../shared/connections/connection-health.ts";
import { noSchema, waitForSchema } from "../../shared/database/migrate.ts";
import {
  applicationName,
  connectSql,
  explainDatabase,
  inTransaction,
  pingDatabase,
  type Sql,
} from "../../shared/database/sql.ts";
import { oneAtATime } from "../../shared/one-at-a-time.ts";
import { playerDir } from "../../shared/player/player-dir.ts";
import { type ServiceParts, StartError } from "../../shared/process/service-parts.ts";
import { askRedis, connectSubscriber } from "../../shared/redis/redis.ts";
import { explainRefusal } from "../../shared/redis/redis-refusals.ts";
import { httpUrl } from "../../shared/service/address.ts";
import { readServerConfig, type ServerConfig } from "../../shared/service/config.ts";
import { createServiceMetrics } from "../../shared/service/metrics.ts";
import { runService } from "../../shared/service/service.ts";
import { createApp } from "./app.ts";
import { liveConnections, questionConnections } from "./http/limits.ts";
import { listen } from "./http/listen.ts";
import { createRequestCounts } from "./http/request-metrics.ts";
import { readPositions } from "./store/positions.ts";
import { createQuestions } from "./store/questions.ts";
import { createBroadcast } from "./stream/broadcast.ts";
import { createBroadcastLog } from "./stream/broadcast-log.ts";
import { createFeed } from "./stream/feed/feed.ts";
import { createPositionCache } from "./stream/position-cache.ts";
import { createBroadcastCounts, createStreamCounts } from "./stream/stream-metrics.ts";

const stopGraceMs = 2_000;

await runService("server", readServerConfig, async (service) => {
  const { config, log, onClose } = service;
  const connections = connect(service);
  const { sql, database, redis } = connections;
  const { scrape, registry } = createServiceMetrics(
    "server",
    sql,
    database,
    () => redis.problem,
    liveConnections + questionConnections,
  );
  const streams = createStreams(
    service,
    connections,
    createBroadcastCounts(registry, () => streams),
  );
  const { broadcast, feed } = streams;
  const { ping, subscribe } = createProofs(connections, feed.subscribe);
  let hasSchema = false;
  connections.subscriber.on("ready", subscribe);

  const app = createApp({
    ...config,
    questions: createQuestions(connections.questions, sql, clock),
    database,
    hasSchema: () => hasSchema,
    problems: async () => {
      await Promise.all([ping(), subscribe()]);
      const found = problemsOf([database, redis]);
      return hasSchema ? found : [...found, { ...noSchema, message: `PostgreSQL: ${noSchema.reason}` }];
    },
    feed,
    broadcast,
    playerDir,
    streamCounts: createStreamCounts(registry, config.maxStreams, () => streams),
    countRequest: createRequestCounts(registry),
    scrape,
    log,
    clock,
  });
  if (!existsSync(join(playerDir, "index.html"))) await buildPlayer();

  const server = listen(config, app.fetch);
  onClose(async () => {
    await broadcast.stop();
    // Answers in progress may finish; clients that do not read are disconnected after the grace period.
    await waitAtMost(server.stop(), stopGraceMs, clock);
    await server.stop(true);
  });
  log.info("listening", { url: httpUrl(config.host, server.port) });

  // Before the subscription, so that server and worker can start in any order. Only workers migrate.
  await waitForSchema(sql, service, database);
  hasSchema = true;
  onClose(
    clock.every(watchMs, () => {
      void ping();
      void subscribe();
    }),
  );
  feed.start();
});

/** Connections of the server and their health. */
type Connections = {
  /** For events, health and metrics. Questions of clients never wait for these, nor do these wait for questions. */
  sql: Sql;
  /** For questions of clients. */
  questions: Sql;
  database: ConnectionHealth;
  subscriber: Redis;
  redis: ConnectionHealth;
};

/** Creates the connections. Each connects on first use. */
function connect({ config, log, onClose, signal }: ServiceParts<ServerConfig>): Connections {
  const database = watchConnection("PostgreSQL", log, signal, explainDatabase);
  const redis = watchConnection("Redis", log, signal, explainRefusal);
  // One name, so that metrics count both as the connections of this process.
  const name = applicationName("server");
  const sql = connectSql(config.databaseUrl, "server", clock, { max: liveConnections, name });
  const questions = connectSql(config.databaseUrl, "server", clock, { max: questionConnections, name });
  onClose(() => Promise.all([sql, questions].map((pool) => pool.end({ timeout: 1 }))));
  const subscriber = connectSubscriber(config.redisUrl, redis);
  onClose(() => subscriber.disconnect());
  return { sql, questions, database, subscriber, redis };
}

/** Connects the parts of the event path: Redis channel and PostgreSQL, feed, broadcast, open streams. */
function createStreams(
  { config, log, signal }: ServiceParts<ServerConfig>,
  { sql, database, subscriber }: Connections,
  count: (events: number, seconds: number) => void,
) {
  const logBroadcast = createBroadcastLog(log, signal, clock);
  const broadcast = createBroadcast(
    createPositionCache(() => inTransaction(sql, readPositions), log, clock),
    () => feed.position ?? 0n,
    (frames, seconds) => {
      count(frames.length, seconds);
      logBroadcast(frames);
    },
    clock,
  );
  const channel = redisNames(config.redisNamespace).observationsNew;
  const feed = createFeed({ sql, subscriber, channel, database, broadcast, log, signal });
  return { broadcast, feed };
}

/** Creates the health checks of both connections. Concurrent callers share one run of each. */
function createProofs({ sql, database, subscriber, redis }: Connections, subscribe: () => Promise<void>) {
  return {
    ping: oneAtATime(() => pingDatabase(sql, database)),
    /** The server only subscribes to Redis, so a read-only Redis is healthy too. */
    subscribe: oneAtATime(async () => {
      if (await askRedis(subscriber, redis, subscribe)) redis.up();
    }),
  };
}

/** Builds the player in a child process, so that the server imports no code of the page. */
async function buildPlayer(): Promise<void> {
  const program = join(import.meta.dir, "../../web/build/build.ts");
  const build = Bun.spawn([process.execPath, program], { stdio: ["ignore", "ignore", "inherit"] });
  if ((await build.exited) !== 0) throw new StartError("the player could not be built; `bun run build` shows why");
}
