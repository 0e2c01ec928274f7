import { existsSync } from "node:fs";
import { join } from "node:path";
import { readServerConfig, type ServerConfig } from "../../shared/config.ts";
import { describeError, problemsOf, untilUp, watchLink } from "../../shared/link.ts";
import { createServiceMetrics } from "../../shared/metrics.ts";
import { migrate } from "../../shared/migrate.ts";
import { askRedis, connectRedis } from "../../shared/redis.ts";
import { explainRefusal } from "../../shared/redis-refusals.ts";
import { runService, StartError } from "../../shared/service.ts";
import { connectSql, pingDatabase } from "../../shared/sql.ts";
import { createApp } from "./app.ts";
import { createBroadcastLog } from "./broadcast-log.ts";
import { createFeed } from "./feed.ts";
import { createServerMetrics } from "./metrics.ts";
import { readPositions } from "./queries.ts";
import { createBroadcast } from "./sse/broadcast.ts";
import { createPlaces } from "./sse/places.ts";

/** In an executable beside the code, see `services/executable/build.ts`; otherwise where the player's build puts it. */
const playerDir = join(import.meta.dir, Bun.isStandaloneExecutable ? "dist" : "../../web/dist");
const stopGraceMs = 2_000;
/** Nobody sends us anything but questions. */
const maxBodyBytes = 64 * 1024;
/** Of whatever is no stream. */
const idleSeconds = 10;

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
  const logBroadcast = createBroadcastLog(log, signal);
  const broadcast = createBroadcast(
    places,
    () => feed.position ?? 0n,
    (frames, seconds) => {
      metrics.broadcast(frames.length, seconds);
      logBroadcast(frames);
    },
  );
  const feed = createFeed(sql, subscriber, database, broadcast, log, signal);

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
    problems: async () => {
      await Promise.all([ping(), subscribe()]);
      return problemsOf([database, redis]);
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
  });
  if (!existsSync(join(playerDir, "index.html"))) {
    const { buildPlayer } = await import("../../web/build.ts");
    await buildPlayer();
  }

  const server = listen(config, app.fetch);
  onClose(async () => {
    await broadcast.stop();
    // Answers under way may finish; who takes none of them is cut off.
    await Promise.race([server.stop(), Bun.sleep(stopGraceMs)]);
    await server.stop(true);
  });
  log.info("listening", { url: `http://${config.host}:${server.port}` });

  // Before the subscription, so that whichever service starts first finds its tables.
  await untilUp(database, signal, () => migrate(sql));
  const watch = setInterval(() => {
    void ping();
    void subscribe();
  }, 5_000);
  onClose(() => clearInterval(watch));
  feed.start();
});

/** @throws {StartError} when the port is taken */
function listen(
  { host: hostname, port, reusePort }: Pick<ServerConfig, "host" | "port" | "reusePort">,
  fetch: ReturnType<typeof createApp>["fetch"],
) {
  try {
    return Bun.serve({
      hostname,
      port,
      reusePort,
      maxRequestBodySize: maxBodyBytes,
      idleTimeout: idleSeconds,
      fetch: (request, server) => fetch(request, { server }),
    });
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === "EADDRINUSE") {
      throw new StartError(`port ${port} is taken: stop what listens there, or set PORT to another`);
    }
    if (code === "EACCES") throw new StartError(`port ${port} may not be used: set PORT to one above 1023`);
    throw new StartError(
      `cannot listen on ${hostname}, port ${port} (${describeError(error)}): set HOST to an address of this machine`,
    );
  }
}
