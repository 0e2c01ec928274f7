// The schedules of jobs, as BullMQ keeps them in Redis.

import type { JobsOptions } from "bullmq";
import type { jobs } from "../../../shared/channels.ts";
import type { Bull, QueueName } from "./bull.ts";
import type { Schedule } from "./watchdog.ts";

/** Which of the worker's jobs. */
export type JobName = keyof typeof jobs;

/** When a job runs, and what it does. */
export type ScheduledJob = {
  queue: QueueName;
  everyMs: number;
  /** How often it is tried before the next one is waited for. */
  attempts: number;
  /** Whether it runs at each start too, and not only when its time has come. */
  atStart: boolean;
  run: () => Promise<unknown>;
};

/** Reads a job's schedule; `null` where there is none, or only a part of one. */
export async function readSchedule(bull: Bull, name: JobName, job: ScheduledJob): Promise<Schedule | null> {
  const found = await bull.queues[job.queue].getJobScheduler(name);
  return found?.next ? { dueAtMs: found.next, iterations: found.iterationCount ?? 0 } : null;
}

/**
 * Makes sure that a job has its schedule. A new one runs at once; one that is known keeps the time at which it is due.
 * @param isStart whether this worker has just started: a job that is known runs at once too then, if it wants to
 */
export async function ensureSchedule(bull: Bull, name: JobName, job: ScheduledJob, isStart: boolean): Promise<void> {
  const isKnown = (await readSchedule(bull, name, job)) !== null;
  const options = await createSchedule(bull, name, job);
  if (isKnown && job.atStart && isStart) {
    await bull.queues[job.queue].add(name, {}, { ...options, deduplication: { id: name } });
  }
}

/**
 * Removes a job's schedule and creates it; the job runs at once. Only to create it again would keep its old time. Workers
 * that do so at the same moment leave one schedule, and one run more at most.
 */
export async function recreateSchedule(bull: Bull, name: JobName, job: ScheduledJob): Promise<void> {
  await bull.queues[job.queue].removeJobScheduler(name);
  await createSchedule(bull, name, job);
}

async function createSchedule(bull: Bull, name: JobName, { queue, everyMs, attempts }: ScheduledJob) {
  const options: JobsOptions = {
    attempts,
    backoff: { type: "spread" },
    removeOnComplete: true,
    removeOnFail: { count: 50 },
  };
  await bull.queues[queue].upsertJobScheduler(name, { every: everyMs }, { name, opts: options });
  return options;
}
