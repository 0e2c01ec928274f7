import { jobs as jobNames, redisNames } from "../../shared/channels.ts";
import { pause } from "../../shared/clock.ts";
import { readWorkerConfig } from "../../shared/config.ts";
import { describeError, problemsOf, untilUp, watchLink, watchLinks } from "../../shared/link.ts";
import { createServiceMetrics } from "../../shared/metrics.ts";
import { migrate } from "../../shared/migrate.ts";
import { connectRedis } from "../../shared/redis.ts";
import { explainRefusal } from "../../shared/redis-refusals.ts";
import { runService } from "../../shared/service.ts";
import { connectPatientSql, connectSql, pingDatabase } from "../../shared/sql.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { backfill } from "./backfill.ts";
import { createIdTransaction } from "./event-ids.ts";
import { serveHealth } from "./health.ts";
import { recordPollBegin } from "./heartbeat.ts";
import { type RunningJobs, startJobs } from "./jobs.ts";
import { createLeftOutLog } from "./left-out.ts";
import { createWorkerMetrics } from "./metrics.ts";
import { createNdbcClient } from "./ndbc/client.ts";
import { createPollLog, poll } from "./poll.ts";
import { createPrune } from "./prune.ts";
import { createPublisher } from "./publisher.ts";
import { createStationUpdate } from "./stations.ts";
import { readFile, wholeFile } from "./store.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** As long as PostgreSQL lets a transaction wait for it. */
const publishTimeoutMs = 5_000;
/** Backfill by station needs to know which stations there are, which on an empty database the first poll tells. */
const headStartSeconds = 60;

await runService("worker", readWorkerConfig, async ({ config, log, onClose, signal }) => {
  const database = watchLink("PostgreSQL", log, signal);
  const redis = watchLinks("Redis", ["jobs", "publishing"], log, signal, explainRefusal);
  const redisLinks = [redis.jobs, redis.publishing];

  const sql = connectSql(config.databaseUrl, "worker");
  onClose(() => sql.end({ timeout: 1 }));
  // Its own, so that messages never queue up behind jobs; it fails at once, and the next poll publishes.
  const publishing = connectRedis(config.redisUrl, redis.publishing, {
    lazyConnect: true,
    enableOfflineQueue: false,
    commandTimeout: publishTimeoutMs,
  });
  onClose(() => publishing.disconnect());
  const served = createServiceMetrics("worker", sql, database, () => problemsOf(redisLinks)[0]?.message ?? null);
  const metrics = createWorkerMetrics(served, Object.values(jobNames));
  let jobs: RunningJobs | null = null;
  const findProblems = async () => {
    await pingDatabase(sql, database);
    const stopped = jobs?.pollsStopped ?? null;
    const ofPolls = stopped === null ? [] : [{ ...stopped, message: `polls: ${stopped.reason}` }];
    return [...problemsOf([database, ...redisLinks]), ...ofPolls];
  };
  if (config.port !== null) onClose(serveHealth(config.port, findProblems, served.scrape));

  const ndbc = createNdbcClient({ baseUrl: config.ndbcUrl, contact: config.contact, signal });
  const { stations, retentionDays } = config;
  const logLeftOut = createLeftOutLog(log);
  const prune = createPrune({ sql, ndbc, retentionDays, log });
  const logPoll = createPollLog(log);
  const names = redisNames(config.redisNamespace);
  const inIdTransaction = createIdTransaction(publishing, names.highestEventId, log);
  const publisher = createPublisher(sql, publishing, names, redis.publishing, database, (events) => {
    metrics.published(events.length);
    log.debug("published", () => ({ eventIds: events.map(({ eventId }) => eventId) }));
  });

  async function pollOnce(): Promise<void> {
    const startedAt = performance.now();
    const seconds = () => (performance.now() - startedAt) / 1000;
    try {
      await recordPollBegin(sql, config.pollSeconds);
      const { publish } = publisher;
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
  const jobConnection = connectRedis(config.redisUrl, redis.jobs, { maxRetriesPerRequest: null });
  onClose(() => jobConnection.disconnect());
  const running = startJobs({
    scheduled: {
      poll: {
        queue: "poll",
        everyMs: config.pollSeconds * 1_000,
        attempts: 4,
        atStart: false,
        run: pollOnce,
      },
      stations: {
        queue: "upkeep",
        everyMs: dayMs,
        attempts: 8,
        atStart: true,
        run: createStationUpdate(sql, ndbc, stations, log),
      },
      backfill: {
        queue: "upkeep",
        everyMs: hourMs,
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
        everyMs: dayMs,
        attempts: 4,
        atStart: false,
        run: async () => metrics.pruned(await prune()),
      },
    },
    redis: jobConnection,
    prefix: names.queuePrefix,
    link: redis.jobs,
    database,
    log,
    signal,
    ended: metrics.jobEnded,
  });
  jobs = running;
  metrics.watchQueues(running);
  onClose(running.close);

  const checkPublisher = () => {
    publisher.check().catch((error) => log.warn("could not publish what was left", { reason: describeError(error) }));
  };
  publishing.on("ready", checkPublisher);
  const watch = setInterval(() => {
    void pingDatabase(sql, database);
    checkPublisher();
  }, 5_000);
  onClose(() => clearInterval(watch));
  await publishing.connect().catch(() => {
    // Told to its link, and tried again for ever.
  });
  log.info("working", { ndbc: config.ndbcUrl, pollSeconds: config.pollSeconds });
});
