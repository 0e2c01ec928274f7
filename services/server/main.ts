import { existsSync } from "node:fs";
import { join } from "node:path";
import { httpUrl } from "../../shared/address.ts";
import { redisNames } from "../../shared/channels.ts";
import { systemClock as clock, waitAtMost } from "../../shared/clock.ts";
import { readServerConfig } from "../../shared/config.ts";
import { problemsOf, untilUp, watchLink } from "../../shared/link.ts";
import { createServiceMetrics } from "../../shared/metrics.ts";
import { migrate } from "../../shared/migrate.ts";
import { askRedis, connectRedis } from "../../shared/redis.ts";
import { explainRefusal } from "../../shared/redis-refusals.ts";
import { runService } from "../../shared/service.ts";
import { connectPatientSql, connectSql, pingDatabase } from "../../shared/sql.ts";
import { createApp, noSchema } from "./app.ts";
import { createBroadcastLog } from "./broadcast-log.ts";
import { createFeed } from "./feed.ts";
import { listen } from "./listen.ts";
import { createServerMetrics } from "./metrics.ts";
import { readPositions } from "./queries.ts";
import { createBroadcast } from "./sse/broadcast.ts";
import { createPlaces } from "./sse/places.ts";

/** In an executable beside the code, see `services/executable/build.ts`; otherwise where the player's build puts it. */
const playerDir = join(import.meta.dir, Bun.isStandaloneExecutable ? "dist" : "../../web/dist");
const stopGraceMs = 2_000;

await runService("server", readServerConfig, async ({ config, log, onClose, signal }) => {
  const database = watchLink("PostgreSQL", log, signal);
  const redis = watchLink("Redis", log, signal, explainRefusal);

  const sql = connectSql(config.databaseUrl, "server");
  onClose(() => sql.end({ timeout: 1 }));
  const subscriber = connectRedis(config.redisUrl, redis, { lazyConnect: true, autoResubscribe: false });
  onClose(() => subscriber.disconnect());

  const places = createPlaces(() => readPositions(sql));
  const served = createServiceMetrics("server", sql, database, () => redis.problem);
  const metrics = createServerMetrics(served, config.maxStreams, () => ({ broadcast, feed }));
  const logBroadcast = createBroadcastLog(log, signal, clock);
  const broadcast = createBroadcast(
    places,
    () => feed.position ?? 0n,
    (frames, seconds) => {
      metrics.broadcast(frames.length, seconds);
      logBroadcast(frames);
    },
    clock,
  );
  const { observationsNew } = redisNames(config.redisNamespace);
  const feed = createFeed(sql, subscriber, observationsNew, database, broadcast, log, signal);

  let hasSchema = false;
  let pinging: Promise<void> | null = null;
  /** One at a time, however many ask whether the server is ready. */
  function ping(): Promise<void> {
    pinging ??= pingDatabase(sql, database).finally(() => {
      pinging = null;
    });
    return pinging;
  }

  let subscribing: Promise<void> | null = null;
  /** A server needs its subscription of Redis and nothing else, so one that takes no writes serves it well. */
  function subscribe(): Promise<void> {
    subscribing ??= askRedis(subscriber, redis, feed.subscribe)
      .then((isSubscribed) => {
        if (isSubscribed) redis.up();
      })
      .finally(() => {
        subscribing = null;
      });
    return subscribing;
  }
  subscriber.on("ready", subscribe);

  const app = createApp({
    sql,
    database,
    hasSchema: () => hasSchema,
    problems: async () => {
      await Promise.all([ping(), subscribe()]);
      const found = problemsOf([database, redis]);
      return hasSchema ? found : [...found, { ...noSchema, message: `PostgreSQL: ${noSchema.reason}` }];
    },
    feed,
    broadcast,
    corsOrigins: config.corsOrigins,
    maxStreams: config.maxStreams,
    maxStreamsPerIp: config.maxStreamsPerIp,
    trustedProxies: config.trustedProxies,
    playerDir,
    streamCounts: metrics.streams,
    countRequest: metrics.countRequest,
    scrape: served.scrape,
    log,
    clock,
  });
  if (!existsSync(join(playerDir, "index.html"))) {
    const { buildPlayer } = await import("../../web/build.ts");
    await buildPlayer();
  }

  const server = listen(config, app.fetch);
  onClose(async () => {
    await broadcast.stop();
    // Answers under way may finish; who takes none of them is cut off.
    await waitAtMost(server.stop(), stopGraceMs, clock);
    await server.stop(true);
  });
  log.info("listening", { url: httpUrl(config.host, server.port) });

  // Before the subscription, so that whichever service starts first finds its tables.
  const patientSql = connectPatientSql(config.databaseUrl, "server");
  onClose(() => patientSql.end({ timeout: 1 }));
  await untilUp(database, signal, () => migrate(patientSql));
  hasSchema = true;
  await patientSql.end();
  const endWatch = clock.every(5_000, () => {
    void ping();
    void subscribe();
  });
  onClose(endWatch);
  feed.start();
});
