// The server inside the test's own process, on a clock that the test can move.

import { createApp } from "../../services/server/app.ts";
import { listen } from "../../services/server/http/listen.ts";
import { readPositions } from "../../services/server/store/positions.ts";
import { createQuestions } from "../../services/server/store/questions.ts";
import { type Broadcast, createBroadcast } from "../../services/server/stream/broadcast.ts";
import { createFeed } from "../../services/server/stream/feed/feed.ts";
import { createPositionCache } from "../../services/server/stream/position-cache.ts";
import { redisNames } from "../../shared/channels.ts";
import { type Clock, systemClock } from "../../shared/clock.ts";
import { watchConnection } from "../../shared/connections/connection-health.ts";
import type { Sql } from "../../shared/database/sql.ts";
import { connectSubscriber } from "../../shared/redis/redis.ts";
import { silentLog } from "./silent-log.ts";
import type { Stack } from "./stack.ts";

/** Describes a server that listens on its own port. */
export type RunningApp = {
  url: string;
  broadcast: Broadcast;
  stop(): Promise<void>;
};

/** Holds the settings that a test can choose; the defaults are those of `.env.example`. */
export type AppSettings = {
  maxStreams?: number;
  maxStreamsPerIp?: number;
  trustedProxies?: number;
  /** Absolute path of the built player; by default there is none. */
  playerDir?: string;
  sql?: Sql;
  clock?: Clock;
  /** Changes a response before the server sends it. */
  changed?(answer: Response): Response;
};

/** Starts the routes of `services/server`, without metrics and readiness. Resolves when it has subscribed to Redis. */
export async function startApp(stack: Stack, settings: AppSettings = {}): Promise<RunningApp> {
  const { sql = stack.sql, clock = systemClock, changed = (answer) => answer } = settings;
  const stopping = new AbortController();
  const database = watchConnection("PostgreSQL", silentLog, stopping.signal);
  const redis = watchConnection("Redis", silentLog, stopping.signal);
  const subscriber = connectSubscriber(stack.redisUrl, redis);
  const position = () => feed.position ?? 0n;
  const broadcast = createBroadcast(
    createPositionCache(() => readPositions(sql), silentLog, clock),
    position,
    () => {},
    clock,
  );
  const feed = createFeed({
    sql,
    subscriber,
    channel: redisNames("").observationsNew,
    database,
    broadcast,
    log: silentLog,
    signal: stopping.signal,
  });
  const app = createApp({
    questions: createQuestions(sql, stack.sql, clock),
    database,
    hasSchema: () => true,
    problems: async () => [],
    feed,
    broadcast,
    corsOrigins: ["*"],
    maxStreams: 10_000,
    maxStreamsPerIp: 100,
    trustedProxies: 0,
    playerDir: "/nonexistent",
    streamCounts: { began() {}, ended() {} },
    countRequest: (_c, next) => next(),
    scrape: async () => new Response(),
    log: silentLog,
    ...settings,
    clock,
  });
  const address = { host: "127.0.0.1", port: 0, reusePort: false };
  const server = listen(address, async (request, env) => changed(await app.fetch(request, env)));
  feed.start();
  await feed.started;
  await feed.subscribe();
  return {
    url: `http://127.0.0.1:${server.port}`,
    broadcast,
    async stop() {
      stopping.abort(new Error("the test is over"));
      // Not awaited: on a stopped clock, the time limit for a client that does not read never expires.
      void broadcast.stop();
      subscriber.disconnect();
      await server.stop(true);
    },
  };
}
