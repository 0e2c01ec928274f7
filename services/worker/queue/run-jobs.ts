// Runs the worker's jobs while Redis allows it, and watches their schedules.

import { setTimeout as sleep } from "node:timers/promises";
import { jobs } from "../../../shared/channels.ts";
import { systemClock, withDeadline } from "../../../shared/clock.ts";
import {
  type Cause,
  type ConnectionHealth,
  describeFailure,
  watchMs,
} from "../../../shared/connections/connection-health.ts";
import { oneAtATime } from "../../../shared/one-at-a-time.ts";
import { askRedis, type RedisClient, retryDelayMs } from "../../../shared/redis/redis.ts";
import { type Bull, longestRetryMs, openBull, proveCommands, removeQueues } from "./bull.ts";
import { createReport, type ReportParts } from "./job-report.ts";
import { ensureSchedule, type JobName, readSchedule, recreateSchedule } from "./job-schedulers.ts";
import { createWatchdog, type Watchdog } from "./watchdog.ts";

/** Dependencies of the job runner. */
type JobParts = ReportParts & {
  /** BullMQ's own connection, which needs `maxRetriesPerRequest: null`. */
  redis: RedisClient;
  /** Prefix of every key in Redis, see `redisNames`. */
  prefix: string;
  /** The prefix of an earlier version, whose keys are removed. */
  oldPrefix: string;
  /** Up while Redis lets jobs run. */
  health: ConnectionHealth;
};

/** How many jobs of a queue are in a state. */
export type QueueCount = { queue: string; state: string; count: number };

/** The running jobs of this worker. */
export type RunningJobs = {
  /** Why no poll starts although Redis works; `null` while polls run. */
  readonly pollsStopped: Cause | null;
  /** How many jobs of each queue are in each state; empty while Redis is away. */
  counts(): Promise<QueueCount[]>;
  /** Stops fetching jobs, and waits for the running ones. */
  close(): Promise<void>;
};

const jobNames = Object.values(jobs);
/** Time limit for BullMQ to open its connections and create its schedules, in ms. */
const openMs = 10_000;
/** If Redis still refuses, an error arrives within this time after workers fetch again, in ms. */
const settleMs = 1_000;

/**
 * Runs jobs on their schedules until `close`. Several workers can share the schedules: BullMQ gives each run to one of
 * them. If Redis refuses a command, `health` is down, and workers fetch no jobs until Redis allows it again.
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
      // Without Redis no job can finish properly. Another worker takes it over when its lock expires.
      await serving.bull?.close(health.problem !== null || redis.status !== "ready");
    },
  };
}

/** BullMQ's state: open, suspended or refused by Redis. */
type Serving = {
  /** `null` until jobs may run for the first time. */
  readonly bull: Bull | null;
  /** The error if Redis refused a command of BullMQ after all checks had passed; otherwise `null`. */
  readonly refusal: string | null;
  /** Opens queues and workers, once. @throws {ReplyError} when Redis refuses it */
  open(): Promise<Bull>;
  /** Starts fetching jobs. A later refusal is in `refusal`. */
  serve(): Promise<void>;
  /** Stops fetching jobs, because Redis refuses their commands. */
  suspend(): void;
  /** Records that BullMQ works. */
  proved(): void;
};

/** Creates a {@link Serving}. @param refused called when Redis refuses a command of BullMQ */
function createServing(parts: JobParts, running: Set<JobName>, refused: () => void): Serving {
  const { scheduled, redis, prefix, signal } = parts;
  let bull: Bull | null = null;
  let opening: Promise<Bull> | null = null;
  let refusal: string | null = null;
  /** Whether Redis refused a command since BullMQ last worked. */
  let isDoubtful = false;
  let isStart = true;

  const report = createReport(parts, running, (words) => {
    refusal = words;
    isDoubtful = true;
    // BullMQ would retry for ever without a pause.
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
      if (isStart) void removeOldQueues(parts);
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

/** Removes the keys of an earlier version. They are only a waste, so a failure stops nothing. */
async function removeOldQueues({ redis, oldPrefix, log }: JobParts): Promise<void> {
  try {
    await removeQueues(redis, oldPrefix);
  } catch (error) {
    log.warn("could not remove the keys of an earlier version", { prefix: oldPrefix, ...describeFailure(error) });
  }
}

/** Checks once that Redis lets jobs run and that their schedules are alive, and reports the result to `health`. */
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
    /** Schedules the next check, instead of any earlier schedule. */
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

/** BullMQ keeps no finished jobs, except those whose last attempt failed. */
const jobStates = ["waiting", "active", "delayed", "failed"] as const;
const countsMs = 1_000;

async function countJobs(bull: Bull): Promise<QueueCount[]> {
  const counting = Object.entries(bull.queues).map(async ([name, queue]) => {
    const counts = await queue.getJobCounts(...jobStates);
    return jobStates.map((state) => ({ queue: name, state, count: counts[state] ?? 0 }));
  });
  return (await withDeadline(Promise.all(counting), countsMs)).flat();
}
