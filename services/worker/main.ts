// The worker's entry point: reads the settings, opens the connections and starts the jobs.

import { setTimeout as sleep } from "node:timers/promises";
import { jobs as jobNames, type RedisNames, redisNames } from "../../shared/channels.ts";
import {
  type Cause,
  type ConnectionHealth,
  describeFailure,
  type Problem,
  problemsOf,
  watchConnections,
  watchMs,
} from "../../shared/connections/connection-health.ts";
import { migrateOnceUp } from "../../shared/database/migrate.ts";
import { connectSql, explainDatabase, lockWaitMs, pingDatabase, type Sql } from "../../shared/database/sql.ts";
import type { ServiceParts } from "../../shared/process/service-parts.ts";
import { connectRedis, type RedisClient } from "../../shared/redis/redis.ts";
import { explainRefusal } from "../../shared/redis/redis-refusals.ts";
import { readWorkerConfig, type WorkerConfig } from "../../shared/service/config.ts";
import { createServiceMetrics } from "../../shared/service/metrics.ts";
import { runService } from "../../shared/service/service.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { serveHealth } from "./health.ts";
import { createWorkerMetrics, type WorkerMetrics } from "./metrics.ts";
import { createNdbcClient } from "./ndbc/client.ts";
import type { JobName } from "./queue/job-schedulers.ts";
import { type RunningJobs, startJobs } from "./queue/run-jobs.ts";
import { planJobs } from "./schedule.ts";
import { createIdTransaction } from "./store/event-id-guard.ts";
import { readFile, wholeFile } from "./store/files.ts";
import { recordFailure } from "./store/job-results.ts";
import { recordPollBegin } from "./store/poll-heartbeat.ts";
import { backfill } from "./tasks/backfill/backfill.ts";
import { createJobJournal } from "./tasks/job-journal.ts";
import { createPollLog, type PollParts, poll } from "./tasks/poll.ts";
import { clocksDisagree, createPrune } from "./tasks/prune.ts";
import { createPublisher, type Publisher } from "./tasks/publisher.ts";
import { createRejectedRowsLog } from "./tasks/rejected-rows-log.ts";
import { createStationUpdate } from "./tasks/stations.ts";

/** Max wait of backfill for the first poll, in seconds: on an empty database, only a poll shows which stations exist. */
const headStartSeconds = 60;
/** Pause between backfill requests, in ms. */
const backfillPauseMs = 1_000;

type Service = ServiceParts<WorkerConfig>;

await runService("worker", readWorkerConfig, async (service) => {
  const { config, log, onClose } = service;
  const names = redisNames(config.redisNamespace);
  const connections = connect(service);
  const { sql, database, redis, publishing } = connections;
  const redisProblem = () => problemsOf([redis.jobs, redis.publishing])[0]?.message ?? null;
  const served = createServiceMetrics("worker", sql, database, redisProblem);
  const metrics = createWorkerMetrics(served, Object.values(jobNames));

  // Before the migrations, which may wait, so that `/ready` shows why the worker does not start.
  let jobs: RunningJobs | null = null;
  const findProblems = () => listProblems(connections, jobs);
  const { host, port } = config;
  if (port !== null) onClose(serveHealth({ host, port }, findProblems, served.scrape));
  await migrateOnceUp("worker", service, database);

  const publisher = createPublisher(sql, publishing, names, redis.publishing, database, (events) => {
    metrics.published(events.length);
    log.debug("published", () => ({ eventIds: events.map(({ eventId }) => eventId) }));
  });
  const tasks = createTasks(service, connections, names, publisher, metrics);
  jobs = runJobs(service, connections, names, tasks, metrics);
  await watchPublishing(service, connections, publisher);
  log.info("working", { ndbc: config.ndbcUrl, pollSeconds: config.pollSeconds });
});

/** The worker's connections to PostgreSQL and Redis. */
type Connections = {
  sql: Sql;
  database: ConnectionHealth;
  /** Down while PostgreSQL answers, but refuses to store. */
  writes: ConnectionHealth;
  publishing: RedisClient;
  redis: Record<"jobs" | "publishing", ConnectionHealth>;
};

/** Creates all connections except BullMQ's. They connect on first use. */
function connect({ config, log, onClose, signal }: Service): Connections {
  const { answers: database, writes } = watchConnections(
    "PostgreSQL",
    ["answers", "writes"],
    log,
    signal,
    explainDatabase,
  );
  // Only a failed job shows that PostgreSQL takes no writes.
  writes.up();
  const redis = watchConnections("Redis", ["jobs", "publishing"], log, signal, explainRefusal);
  const sql = connectSql(config.databaseUrl, "worker");
  onClose(() => sql.end({ timeout: 1 }));
  // A separate connection, so that messages never wait behind jobs. It fails at once, and the next poll publishes.
  const publishing = connectRedis(config.redisUrl, redis.publishing, {
    lazyConnect: true,
    enableOfflineQueue: false,
    // Not longer than PostgreSQL lets the publishing transaction wait.
    commandTimeout: lockWaitMs,
  });
  onClose(() => publishing.disconnect());
  return { sql, database, writes, publishing, redis };
}

const migrating: Cause = { code: "schema_not_ready", reason: "this worker migrates the database" };

/** Lists the worker's current problems. */
async function listProblems(
  { sql, database, writes, redis }: Connections,
  jobs: RunningJobs | null,
): Promise<Problem[]> {
  await pingDatabase(sql, database);
  // Before the jobs start, the worker has no connection to Redis, so only PostgreSQL can be the cause.
  if (jobs === null) {
    const away = problemsOf([database]);
    return away.length > 0 ? away : [{ ...migrating, message: `PostgreSQL: ${migrating.reason}` }];
  }
  const problems = problemsOf([database, writes, redis.jobs, redis.publishing]);
  const stopped = jobs.pollsStopped;
  return stopped === null ? problems : [...problems, { ...stopped, message: `polls: ${stopped.reason}` }];
}

/** Creates the task of each job. */
function createTasks(
  { config, log, signal }: Service,
  { sql, publishing }: Connections,
  names: RedisNames,
  publisher: Publisher,
  metrics: WorkerMetrics,
): Record<JobName, () => Promise<unknown>> {
  const { stations, retentionDays } = config;
  const ndbc = createNdbcClient({ baseUrl: config.ndbcUrl, contact: config.contact, signal });
  const inIdTransaction = createIdTransaction(publishing, names.highestEventId, log);
  const logRejectedRows = createRejectedRowsLog(log);
  const prune = createPrune({ sql, ndbc, retentionDays, log });
  const shared = { sql, ndbc, stations, log, logRejectedRows, inIdTransaction };
  return {
    poll: createPolling({ ...shared, retentionDays, publish: publisher.publish }, config.pollSeconds, metrics),
    stations: createStationUpdate(sql, ndbc, stations, log),
    async backfill() {
      await waitForFirstPoll(sql, stations, signal);
      await backfill({
        ...shared,
        hours: config.backfillHours,
        pauseMs: backfillPauseMs,
        stored: metrics.backfilled,
        signal,
      });
    },
    async prune() {
      const result = await prune();
      metrics.pruned(result);
      if (result.outcome === "refused") await recordFailure(sql, "prune", clocksDisagree);
      return result.outcome;
    },
  };
}

/** Creates the poll task, which also records, counts and logs each poll. */
function createPolling(parts: PollParts, pollSeconds: number, metrics: WorkerMetrics): () => Promise<void> {
  const logPoll = createPollLog(parts.log);
  return async () => {
    const startedAt = performance.now();
    const seconds = () => (performance.now() - startedAt) / 1000;
    try {
      await recordPollBegin(parts.sql, pollSeconds);
      const counts = await poll(parts);
      metrics.polled(counts, seconds());
      logPoll(counts);
    } catch (error) {
      metrics.pollFailed(error, seconds());
      throw error;
    }
  };
}

/** Resolves when a poll is stored, or after {@link headStartSeconds}. */
async function waitForFirstPoll(sql: Sql, stations: Set<string> | null, signal: AbortSignal): Promise<void> {
  for (let seconds = 0; seconds < headStartSeconds; seconds++) {
    if ((await readFile(sql, latestObsPath, { ...wholeFile, stations })) !== null) return;
    await sleep(1_000, undefined, { signal });
  }
}

/** Opens BullMQ's connection, and runs the jobs until the service stops. */
function runJobs(
  { config, log, onClose, signal }: Service,
  { sql, database, writes, redis }: Connections,
  names: RedisNames,
  tasks: Record<JobName, () => Promise<unknown>>,
  metrics: WorkerMetrics,
): RunningJobs {
  // Not lazy: BullMQ waits for a connection in progress, but never retries one that it has to open itself.
  const connection = connectRedis(config.redisUrl, redis.jobs, { maxRetriesPerRequest: null });
  onClose(() => connection.disconnect());
  const journal = createJobJournal(sql, database, log);
  const jobs = startJobs({
    scheduled: planJobs(config.pollSeconds, tasks),
    redis: connection,
    prefix: names.queuePrefix,
    oldPrefix: names.oldQueuePrefix,
    health: redis.jobs,
    database,
    writes,
    log,
    signal,
    ended: metrics.jobEnded,
    succeeded: (job, result) => void (result === "refused" ? null : journal.succeeded(job)),
    gaveUp: (job, error, attempts) => void journal.failed(job, error, attempts),
  });
  metrics.watchQueues(jobs);
  onClose(jobs.close);
  return jobs;
}

/** Checks PostgreSQL and Redis regularly, and publishes pending events as soon as Redis accepts them. */
async function watchPublishing(
  { log, onClose }: Service,
  connections: Connections,
  publisher: Publisher,
): Promise<void> {
  const { sql, database, publishing } = connections;
  const check = () => {
    publisher.check().catch((error) => log.warn("could not publish pending events", describeFailure(error)));
  };
  publishing.on("ready", check);
  const watch = setInterval(() => {
    void pingDatabase(sql, database);
    check();
  }, watchMs);
  onClose(() => clearInterval(watch));
  await publishing.connect().catch(() => {
    // `redis.publishing` has the error, and ioredis retries for ever.
  });
}
