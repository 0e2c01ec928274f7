import { jobs as jobNames, redisNames } from "../../shared/channels.ts";
import { pause } from "../../shared/clock.ts";
import { readWorkerConfig } from "../../shared/config.ts";
import { describeError, untilUp, watchLink } from "../../shared/link.ts";
import type { StoredEvent } from "../../shared/measurements.ts";
import { createServiceMetrics } from "../../shared/metrics.ts";
import { migrate } from "../../shared/migrate.ts";
import { connectRedis, pingRedis } from "../../shared/redis.ts";
import { runService } from "../../shared/service.ts";
import { connectPatientSql, connectSql, pingDatabase } from "../../shared/sql.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { backfill } from "./backfill.ts";
import { createIdTransaction } from "./event-ids.ts";
import { serveHealth } from "./health.ts";
import { startJobs } from "./jobs.ts";
import { createLeftOutLog } from "./left-out.ts";
import { createWorkerMetrics } from "./metrics.ts";
import { createNdbcClient } from "./ndbc/client.ts";
import { createPollLog, poll } from "./poll.ts";
import { createPrune } from "./prune.ts";
import { publishPending } from "./publish.ts";
import { createStationUpdate } from "./stations.ts";
import { readFile, rememberPeriod, wholeFile } from "./store.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** As long as PostgreSQL lets a transaction wait for it. */
const publishTimeoutMs = 5_000;
/** Backfill by station needs to know which stations there are, which on an empty database the first poll tells. */
const headStartSeconds = 60;

await runService("worker", readWorkerConfig, async ({ config, log, onClose, signal }) => {
  const database = watchLink("PostgreSQL", log, signal);
  const redis = watchLink("Redis", log, signal);

  const sql = connectSql(config.databaseUrl, "worker");
  onClose(() => sql.end({ timeout: 1 }));
  // Its own, so that messages never queue up behind jobs; it fails at once, and the next poll publishes.
  const publisher = connectRedis(config.redisUrl, redis, {
    lazyConnect: true,
    enableOfflineQueue: false,
    commandTimeout: publishTimeoutMs,
  });
  onClose(() => publisher.disconnect());
  const served = createServiceMetrics("worker", sql, database, () => redis.problem);
  const metrics = createWorkerMetrics(served, Object.values(jobNames));
  if (config.port !== null) onClose(serveHealth(config.port, sql, database, publisher, redis, served.scrape));

  const ndbc = createNdbcClient({ baseUrl: config.ndbcUrl, contact: config.contact, signal });
  const { stations, retentionDays } = config;
  const logLeftOut = createLeftOutLog(log);
  const prune = createPrune({ sql, ndbc, retentionDays, log });
  const logPoll = createPollLog(log);
  const names = redisNames(config.redisNamespace);
  const inIdTransaction = createIdTransaction(publisher, names.highestEventId, log);
  const published = (events: StoredEvent[]) => {
    metrics.published(events.length);
    log.debug("published", () => ({ eventIds: events.map(({ eventId }) => eventId) }));
  };
  const publish = () => publishPending(sql, publisher, published, names);

  async function pollOnce(): Promise<void> {
    const startedAt = performance.now();
    const seconds = () => (performance.now() - startedAt) / 1000;
    try {
      await rememberPeriod(sql, config.pollSeconds);
      const counts = await poll({ sql, ndbc, publish, stations, log, logLeftOut, inIdTransaction });
      metrics.polled(counts, seconds());
      logPoll(counts);
    } catch (error) {
      metrics.pollFailed(error, seconds());
      throw error;
    }
  }

  const patientSql = connectPatientSql(config.databaseUrl, "worker");
  onClose(() => patientSql.end({ timeout: 1 }));
  await untilUp(database, signal, () => migrate(patientSql));
  await patientSql.end();

  async function pollFirst(): Promise<void> {
    for (let seconds = 0; seconds < headStartSeconds; seconds++) {
      if ((await readFile(sql, latestObsPath, { ...wholeFile, stations })) !== null) return;
      await pause(1_000, signal);
    }
  }

  // Not lazy: BullMQ waits for a connection that is being made, but gives up for good on one that it has to make itself.
  const jobConnection = connectRedis(config.redisUrl, redis, { maxRetriesPerRequest: null });
  onClose(() => jobConnection.disconnect());
  const jobs = startJobs(
    {
      poll: {
        queue: "poll",
        repeat: { every: config.pollSeconds * 1_000 },
        attempts: 4,
        atStart: false,
        run: pollOnce,
      },
      stations: {
        queue: "upkeep",
        repeat: { every: dayMs },
        attempts: 8,
        atStart: true,
        run: createStationUpdate(sql, ndbc, stations, log),
      },
      backfill: {
        queue: "upkeep",
        repeat: { every: hourMs },
        attempts: 4,
        atStart: true,
        run: async () => {
          await pollFirst();
          const { backfilled: stored } = metrics;
          // What is older than RETENTION_DAYS would be pruned again.
          const hours = Math.min(config.backfillHours, retentionDays * 24);
          await backfill({
            sql,
            ndbc,
            hours,
            stations,
            pauseMs: 1_000,
            stored,
            logLeftOut,
            log,
            signal,
            inIdTransaction,
          });
        },
      },
      prune: {
        queue: "upkeep",
        repeat: { every: dayMs },
        attempts: 4,
        atStart: false,
        run: async () => metrics.pruned(await prune()),
      },
    },
    jobConnection,
    names.queuePrefix,
    database,
    log,
    signal,
    metrics.jobEnded,
  );
  metrics.watchQueues(jobs);
  onClose(() => jobs.close(redis.problem !== null));

  // At every start of Redis, not only ours: it may have come back empty.
  jobConnection.on("ready", () => {
    jobs.schedule().catch((error) => log.warn("could not schedule the jobs", { reason: describeError(error) }));
  });
  publisher.on("ready", () => {
    publish().catch((error) => log.warn("could not publish what was left", { reason: describeError(error) }));
  });
  const watch = setInterval(() => {
    void pingDatabase(sql, database);
    void pingRedis(publisher, redis);
  }, 5_000);
  onClose(() => clearInterval(watch));
  await publisher.connect().catch(() => {
    // Told to its link, and tried again for ever.
  });
  log.info("working", { ndbc: config.ndbcUrl, pollSeconds: config.pollSeconds });
});
