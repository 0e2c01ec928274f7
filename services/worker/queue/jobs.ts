// Runs the worker's jobs as long as Redis lets it, and looks after their schedules.

import type { Job } from "bullmq";
import type { Redis } from "ioredis";
import { type Clock, pause, systemClock, withDeadline } from "../../../shared/clock.ts";
import { isDatabaseAway } from "../../../shared/database/sql.ts";
import { askRedis, isReply, retryDelayMs } from "../../../shared/redis/redis.ts";
import { refusalWords } from "../../../shared/redis/redis-refusals.ts";
import { type Cause, describeError, type Link } from "../../../shared/service/link.ts";
import type { Log } from "../../../shared/service/log.ts";
import { type Bull, longestRetryMs, openBull, proveCommands, type QueueName } from "./bull.ts";
import { ensureSchedule, type JobName, readSchedule, recreateSchedule, type ScheduledJob } from "./schedules.ts";
import { createWatchdog } from "./watchdog.ts";

/** What runs jobs. */
export type JobParts = {
  scheduled: Record<JobName, ScheduledJob>;
  /** For BullMQ alone, which needs `maxRetriesPerRequest: null`. */
  redis: Redis;
  /** Of every key in Redis, see `redisNames`. */
  prefix: string;
  /** Holds while Redis lets jobs run. */
  link: Link;
  database: Link;
  log: Log;
  /** Aborted when the service stops and ends its jobs itself. */
  signal: AbortSignal;
  /** Called with the end of each run of a job, but for those that this service's stop has ended. */
  ended: (job: string, outcome: "completed" | "failed") => void;
  clock?: Clock;
};

/** The jobs of this worker, running. */
export type RunningJobs = {
  /** Why no poll begins although Redis lets it; `null` while polls go on. */
  readonly pollsStopped: Cause | null;
  /** How many jobs of each queue are in each state; nothing while Redis is away. */
  counts(): Promise<{ queue: string; state: string; count: number }[]>;
  /** Waits for what is running, and takes nothing more. */
  close(): Promise<void>;
};

/** Jobs that came to an end are not kept, but for those that failed for good. */
const jobStates = ["waiting", "active", "delayed", "failed"] as const;
const countsMs = 1_000;

/** How far apart looks at Redis and at the schedules are, at most. */
const watchMs = 5_000;
/** How long BullMQ may take to open its connections and to create its schedules. */
const openMs = 10_000;
/** If Redis still refuses, that shows within this time after workers fetch again. */
const settleMs = 1_000;

/**
 * Runs jobs on their schedules, from when Redis lets it until `close`. Any number of workers may: BullMQ gives each run to
 * one of them. What Redis refuses is reported to the link; workers fetch nothing until it is allowed again.
 */
export function startJobs(parts: JobParts): RunningJobs {
  const { scheduled, redis, prefix, link, signal, clock = systemClock } = parts;
  const names = Object.keys(scheduled) as JobName[];
  const running = new Set<JobName>();
  let bull: Bull | null = null;
  let opening: Promise<Bull> | null = null;
  /** What Redis refused to BullMQ although it had proved to take its commands. */
  let refusal: string | null = null;
  /** Whether BullMQ was refused something since it was last seen to work. */
  let isDoubtful = false;
  let isStart = true;
  let failures = 0;
  let checking: Promise<void> | null = null;
  let cancelTimer = () => {};

  function open(): Promise<Bull> {
    const report = createReport(parts, running, (words) => {
      refusal = words;
      isDoubtful = true;
      // BullMQ would try again at once, without a pause and for ever.
      bull?.suspend();
      checkIn(0);
    });
    opening ??= openBull(redis, prefix, report).catch((error) => {
      opening = null;
      throw error;
    });
    return opening;
  }

  /** Lets jobs run. A refusal that follows is in `refusal`. */
  async function serve(): Promise<void> {
    bull = await open();
    for (const name of names) await ensureSchedule(bull, name, scheduled[name], isStart);
    isStart = false;
    refusal = null;
    await bull.resume();
    if (isDoubtful) await pause(settleMs, signal, clock);
  }

  const watchdog = watchSchedules(parts, running, () => bull ?? open());

  async function checkOnce(): Promise<void> {
    if (!(await askRedis(redis, link, () => proveCommands(redis, prefix)))) {
      bull?.suspend();
      refusal = null;
      return;
    }
    if (refusal !== null) link.down(refusal);
    if (link.problem !== null) {
      watchdog.forgive();
      if (!(await askRedis(redis, link, serve, openMs))) return;
    }
    if (!(await askRedis(redis, link, watchdog.check, openMs))) return;
    if (refusal !== null) return link.down(refusal);
    isDoubtful = false;
    link.up();
  }

  function checkIn(milliseconds: number): void {
    cancelTimer();
    if (!signal.aborted) cancelTimer = clock.after(milliseconds, () => void check());
  }

  /** One check at a time, however often it is asked for. */
  function check(): Promise<void> {
    checking ??= checkOnce().finally(() => {
      checking = null;
      const isWell = link.problem === null && refusal === null;
      failures = isWell ? 0 : failures + 1;
      checkIn(isWell ? Math.min(watchMs, scheduled.poll.everyMs) : retryDelayMs(failures));
    });
    return checking;
  }

  redis.on("ready", () => checkIn(0));
  checkIn(0);

  return {
    get pollsStopped() {
      return watchdog.problemOf("poll");
    },
    async counts() {
      if (bull === null || redis.status !== "ready") return [];
      return countJobs(bull).catch(() => []);
    },
    async close() {
      cancelTimer();
      // Without Redis no job can be finished in order; it is taken over when its lock runs out.
      await bull?.close(link.problem !== null || redis.status !== "ready");
    },
  };
}

/** Watches the schedules of all jobs. @param opened resolves with the queues */
function watchSchedules(parts: JobParts, running: Set<JobName>, opened: () => Bull | Promise<Bull>) {
  const { scheduled, log, clock = systemClock } = parts;
  const names = Object.keys(scheduled) as JobName[];
  const { poll, stations, backfill, prune } = scheduled;
  return createWatchdog<JobName>({
    periodsMs: {
      poll: poll.everyMs,
      stations: stations.everyMs,
      backfill: backfill.everyMs,
      prune: prune.everyMs,
    },
    longestRetryMs,
    read: async (name) => readSchedule(await opened(), name, scheduled[name]),
    recreate: async (name) => recreateSchedule(await opened(), name, scheduled[name]),
    async restart(name) {
      const { queue } = scheduled[name];
      const isBusy = names.some((other) => scheduled[other].queue === queue && running.has(other));
      if (!isBusy) await (await opened()).restart(queue);
    },
    isRunning: (name) => running.has(name),
    log,
    clock,
  });
}

/** What BullMQ puts before the words of Redis when it has fetched a job and may not schedule the next. */
const notRepeated = /^Failed to add repeatable job for next iteration: /;

/** Runs what BullMQ fetched, and reports how it went. @param refused called with what Redis refuses to BullMQ */
function createReport(parts: JobParts, running: Set<JobName>, refused: (words: string) => void) {
  const { scheduled, database, log, signal, ended } = parts;
  let lastReason = "";
  return {
    async run({ name }: Job): Promise<unknown> {
      const known = name as JobName;
      running.add(known);
      try {
        return await scheduled[known].run();
      } finally {
        running.delete(known);
      }
    },
    completed: ({ name }: Job) => ended(name, "completed"),
    failed(job: Job | undefined, error: Error): void {
      const { name, attemptsMade: attempt, opts } = job ?? { name: "?", attemptsMade: 0, opts: {} };
      // It is returned to the queue, for another worker or the next start.
      if (signal.aborted) return;
      ended(name, "failed");
      // Reported by the database's link, once, however many jobs fail for it.
      if (isDatabaseAway(error)) database.down(error);
      else log.warn("a job failed", { job: name, attempt, of: opts.attempts, reason: describeError(error) });
    },
    error(queue: QueueName, error: Error): void {
      if (signal.aborted) return;
      // Redis frees blocked clients when it becomes a replica. What it refuses from then on, it says by itself.
      if (error.message.startsWith("UNBLOCKED")) return;
      // The connection reports by itself that it is closed or cannot be made.
      if ("code" in error || error.message === "Connection is closed.") return;
      const reason = refusalWords(error).replace(notRepeated, "");
      if (isReply(error) || notRepeated.test(error.message)) refused(reason);
      else if (reason !== lastReason) log.warn("a queue failed", { queue, reason });
      lastReason = reason;
    },
  };
}

async function countJobs(bull: Bull): Promise<{ queue: string; state: string; count: number }[]> {
  const counting = Object.entries(bull.queues).map(async ([name, queue]) => {
    const counts = await queue.getJobCounts(...jobStates);
    return jobStates.map((state) => ({ queue: name, state, count: counts[state] ?? 0 }));
  });
  return (await withDeadline(Promise.all(counting), countsMs)).flat();
}
