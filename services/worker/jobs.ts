import { Queue, type RepeatOptions, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { type jobs, queues } from "../../shared/channels.ts";
import { withDeadline } from "../../shared/clock.ts";
import { describeError, type Link } from "../../shared/link.ts";
import type { Log } from "../../shared/log.ts";
import { retryDelayMs } from "../../shared/redis.ts";
import { isDatabaseAway } from "../../shared/sql.ts";

type JobName = keyof typeof jobs;

/** When a job runs, and what it does. */
export type ScheduledJob = {
  queue: keyof typeof queues;
  repeat: Pick<RepeatOptions, "every">;
  /** How often it is tried before the next one is waited for. */
  attempts: number;
  /** Whether it runs at each start too, and not only when its time has come. */
  atStart: boolean;
  run: () => Promise<unknown>;
};

/** The jobs of this worker, running. */
export type RunningJobs = {
  /** Makes sure that every job has its schedule, as after Redis came back empty. */
  schedule(): Promise<void>;
  /** How many jobs of each queue are in each state; nothing while Redis is away. */
  counts(): Promise<{ queue: string; state: string; count: number }[]>;
  /**
   * Waits for what is running, and takes nothing more.
   * @param isRedisAway as far as others know: this connection may learn it later
   */
  close(isRedisAway: boolean): Promise<void>;
};

/** Jobs that came to an end are not kept, but for those that failed for good. */
const jobStates = ["waiting", "active", "delayed", "failed"] as const;
const countsMs = 1_000;

/** A worker that is gone is noticed after this long, and its job is taken over. */
const lockMs = 10_000;

/**
 * Runs jobs on their schedules. Any number of workers may: BullMQ gives each run to one of them.
 * @param redis for BullMQ alone, which needs `maxRetriesPerRequest: null`
 * @param prefix of every key in Redis, see `redisNames`
 * @param signal aborted when the service stops and ends its jobs itself
 * @param ended told how each run of a job ended; those that this service's stop has ended are left out
 */
export function startJobs(
  scheduled: Record<JobName, ScheduledJob>,
  redis: Redis,
  prefix: string,
  database: Link,
  log: Log,
  signal: AbortSignal,
  ended: (job: string, outcome: "completed" | "failed") => void,
): RunningJobs {
  let started = false;
  const options = { connection: redis, prefix };
  const queueOf = {
    poll: new Queue(queues.poll, options),
    upkeep: new Queue(queues.upkeep, options),
  };
  const workers = Object.values(queues).map((name) => {
    const worker = new Worker(name, (job) => scheduled[job.name as JobName].run(), {
      ...options,
      lockDuration: lockMs,
      stalledInterval: lockMs / 2,
      maxStalledCount: 10,
      settings: { backoffStrategy: (attempt) => 1_000 + retryDelayMs(attempt + 3) },
    });
    worker.on("completed", (job) => ended(job.name, "completed"));
    worker.on("failed", (job, error) => {
      const { name, attemptsMade: attempt, opts } = job ?? { name: "?", attemptsMade: 0, opts: {} };
      // It is returned to the queue, for another worker or the next start.
      if (signal.aborted) return;
      ended(name, "failed");
      // Told by the database's link, once, however many jobs fail for it.
      if (isDatabaseAway(error)) return database.down(error);
      log.warn("a job failed", { job: name, attempt, of: opts.attempts, reason: describeError(error) });
    });
    return worker;
  });
  // The state of Redis is told by its link, once; without a listener an error would end the process.
  for (const worker of workers) worker.on("error", () => {});
  for (const queue of Object.values(queueOf)) queue.on("error", () => {});

  return {
    async schedule() {
      for (const [name, { queue, repeat, attempts, atStart }] of Object.entries(scheduled)) {
        const opts = { attempts, backoff: { type: "spread" }, removeOnComplete: true, removeOnFail: { count: 50 } };
        // A schedule that is new runs at once by itself.
        const isKnown = (await queueOf[queue].getJobScheduler(name)) !== undefined;
        await queueOf[queue].upsertJobScheduler(name, repeat, { name, opts });
        if (isKnown && atStart && !started) {
          await queueOf[queue].add(name, {}, { ...opts, deduplication: { id: name } });
        }
      }
      started = true;
    },
    async counts() {
      if (redis.status !== "ready") return [];
      const ofQueue = async ([name, queue]: [string, Queue]) => {
        const counts = await queue.getJobCounts(...jobStates);
        return jobStates.map((state) => ({ queue: name, state, count: counts[state] ?? 0 }));
      };
      const counting = Promise.all(Object.entries(queueOf).map(ofQueue));
      return withDeadline(counting, countsMs).then(
        (all) => all.flat(),
        () => [],
      );
    },
    async close(isRedisAway) {
      // Without Redis no job can be finished in order; it is taken over when its lock runs out.
      const isAway = isRedisAway || redis.status !== "ready";
      await Promise.all(workers.map((worker) => worker.close(isAway)));
      await Promise.all(Object.values(queueOf).map((queue) => queue.close()));
    },
  };
}
