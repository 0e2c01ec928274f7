// Runs the worker's jobs as long as Redis lets it, and looks after their schedules.

import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { jobs } from "../../../shared/channels.ts";
import { systemClock, withDeadline } from "../../../shared/clock.ts";
import { oneAtATime } from "../../../shared/one-at-a-time.ts";
import { askRedis, retryDelayMs } from "../../../shared/redis/redis.ts";
import { type Cause, type ConnectionHealth, watchMs } from "../../../shared/service/connection-health.ts";
import { type Bull, longestRetryMs, openBull, proveCommands } from "./bull.ts";
import { createReport, type ReportParts } from "./job-report.ts";
import { ensureSchedule, type JobName, readSchedule, recreateSchedule } from "./job-schedulers.ts";
import { createWatchdog, type Watchdog } from "./watchdog.ts";

/** What runs jobs. */
type JobParts = ReportParts & {
  /** For BullMQ alone, which needs `maxRetriesPerRequest: null`. */
  redis: Redis;
  /** Of every key in Redis, see `redisNames`. */
  prefix: string;
  /** Holds while Redis lets jobs run. */
  health: ConnectionHealth;
};

/** How many jobs of a queue are in a state. */
export type QueueCount = { queue: string; state: string; count: number };

/** The jobs of this worker, running. */
export type RunningJobs = {
  /** Why no poll begins although Redis lets it; `null` while polls go on. */
  readonly pollsStopped: Cause | null;
  /** How many jobs of each queue are in each state; nothing while Redis is away. */
  counts(): Promise<QueueCount[]>;
  /** Waits for what is running, and takes nothing more. */
  close(): Promise<void>;
};

const jobNames = Object.values(jobs);
/** How long BullMQ may take to open its connections and to create its schedules. */
const openMs = 10_000;
/** If Redis still refuses, that shows within this time after workers fetch again. */
const settleMs = 1_000;

/**
 * Runs jobs on their schedules, from when Redis lets it until `close`. Any number of workers may: BullMQ gives each run to
 * one of them. What Redis refuses is reported to the link; workers fetch nothing until it is allowed again.
 */
export function startJobs(parts: JobParts): RunningJobs {
  const { scheduled, redis, health } = parts;
  const running = new Set<JobName>();
  const serving = createServing(parts, running, () => checks.checkIn(0));
  const watchdog = watchSchedules(parts, running, serving.open);
  let failures = 0;

  const checks = repeatCheck(parts, async () => {
    try {
      await checkOnce(parts, serving, watchdog);
    } finally {
      const isWell = health.problem === null && serving.refusal === null;
      failures = isWell ? 0 : failures + 1;
      checks.checkIn(isWell ? Math.min(watchMs, scheduled.poll.everyMs) : retryDelayMs(failures));
    }
  });
  redis.on("ready", () => checks.checkIn(0));
  checks.checkIn(0);

  return {
    get pollsStopped() {
      return watchdog.problemOf("poll");
    },
    async counts() {
      if (serving.bull === null || redis.status !== "ready") return [];
      return countJobs(serving.bull).catch(() => []);
    },
    async close() {
      checks.stop();
      // Without Redis no job can be finished in order; it is taken over when its lock runs out.
      await serving.bull?.close(health.problem !== null || redis.status !== "ready");
    },
  };
}

/** BullMQ, as far as Redis lets it work. */
type Serving = {
  /** `null` until jobs were let run for the first time. */
  readonly bull: Bull | null;
  /** What Redis refused to BullMQ although it had proved to take its commands; `null` while it refuses nothing. */
  readonly refusal: string | null;
  /** Opens queues and workers, once. @throws {ReplyError} when Redis refuses it */
  open(): Promise<Bull>;
  /** Lets jobs run. A refusal that follows is in `refusal`. */
  serve(): Promise<void>;
  /** Stops fetching jobs, since Redis refuses what they need. */
  suspend(): void;
  /** Notes that BullMQ was seen to work. */
  proved(): void;
};

/** @param refused called when Redis has refused something to BullMQ */
function createServing(parts: JobParts, running: Set<JobName>, refused: () => void): Serving {
  const { scheduled, redis, prefix, signal } = parts;
  let bull: Bull | null = null;
  let opening: Promise<Bull> | null = null;
  let refusal: string | null = null;
  /** Whether BullMQ was refused something since it was last seen to work. */
  let isDoubtful = false;
  let isStart = true;

  const report = createReport(parts, running, (words) => {
    refusal = words;
    isDoubtful = true;
    // BullMQ would try again at once, without a pause and for ever.
    bull?.suspend();
    refused();
  });

  function open(): Promise<Bull> {
    opening ??= openBull(redis, prefix, report).catch((error) => {
      opening = null;
      throw error;
    });
    return opening;
  }

  return {
    get bull() {
      return bull;
    },
    get refusal() {
      return refusal;
    },
    open,
    async serve() {
      bull = await open();
      for (const name of jobNames) await ensureSchedule(bull, name, scheduled[name], isStart);
      isStart = false;
      refusal = null;
      await bull.resume();
      if (isDoubtful) await sleep(settleMs, undefined, { signal });
    },
    suspend() {
      bull?.suspend();
      refusal = null;
    },
    proved() {
      isDoubtful = false;
    },
  };
}

/** Checks once that Redis lets jobs run and that their schedules go on, and reports the outcome to the link. */
async function checkOnce({ redis, prefix, health }: JobParts, serving: Serving, watchdog: Watchdog<JobName>) {
  if (!(await askRedis(redis, health, () => proveCommands(redis, prefix)))) return serving.suspend();
  if (serving.refusal !== null) health.down(serving.refusal);
  if (health.problem !== null) {
    watchdog.forgive();
    if (!(await askRedis(redis, health, serving.serve, openMs))) return;
  }
  if (!(await askRedis(redis, health, watchdog.check, openMs))) return;
  if (serving.refusal !== null) return health.down(serving.refusal);
  serving.proved();
  health.up();
}

/** Runs a check when it is due, one at a time, until the service stops. */
function repeatCheck({ signal }: JobParts, run: () => Promise<void>) {
  const check = oneAtATime(run);
  let timer: Timer | undefined;
  return {
    /** Sets when the next check begins; it replaces what was set before. */
    checkIn(milliseconds: number): void {
      clearTimeout(timer);
      if (!signal.aborted) timer = setTimeout(check, milliseconds);
    },
    stop: () => clearTimeout(timer),
  };
}

/** Watches the schedules of all jobs. @param opened resolves with the queues */
function watchSchedules(parts: JobParts, running: Set<JobName>, opened: () => Promise<Bull>) {
  const { scheduled, log } = parts;
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
      const isBusy = jobNames.some((other) => scheduled[other].queue === queue && running.has(other));
      if (!isBusy) await (await opened()).restart(queue);
    },
    isRunning: (name) => running.has(name),
    log,
    clock: systemClock,
  });
}

/** Jobs that came to an end are not kept, but for those that failed for good. */
const jobStates = ["waiting", "active", "delayed", "failed"] as const;
const countsMs = 1_000;

async function countJobs(bull: Bull): Promise<QueueCount[]> {
  const counting = Object.entries(bull.queues).map(async ([name, queue]) => {
    const counts = await queue.getJobCounts(...jobStates);
    return jobStates.map((state) => ({ queue: name, state, count: counts[state] ?? 0 }));
  });
  return (await withDeadline(Promise.all(counting), countsMs)).flat();
}
