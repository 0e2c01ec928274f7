// Reads and creates the job schedules that BullMQ keeps in Redis.

import type { JobsOptions } from "bullmq";
import type { jobs } from "../../../shared/channels.ts";
import type { Bull, QueueName } from "./bull.ts";
import type { Schedule } from "./watchdog.ts";

/** The name of a job of the worker. */
export type JobName = keyof typeof jobs;

/** The schedule and the task of a job. */
export type ScheduledJob = {
  queue: QueueName;
  everyMs: number;
  /** Max attempts of one run. */
  attempts: number;
  /** Whether it also runs at each start of a worker. */
  atStart: boolean;
  run: () => Promise<unknown>;
};

/** Reads a job's schedule; `null` if it is missing or incomplete. */
export async function readSchedule(bull: Bull, name: JobName, job: ScheduledJob): Promise<Schedule | null> {
  const found = await bull.queues[job.queue].getJobScheduler(name);
  return found?.next ? { dueAtMs: found.next, iterations: found.iterationCount ?? 0 } : null;
}

/**
 * Creates a job's schedule if it is missing. A new job runs at once; an existing one keeps its due time.
 * @param isStart whether this worker has just started; an existing job with `atStart` then runs at once too
 */
export async function ensureSchedule(bull: Bull, name: JobName, job: ScheduledJob, isStart: boolean): Promise<void> {
  const isKnown = (await readSchedule(bull, name, job)) !== null;
  const options = await createSchedule(bull, name, job);
  if (isKnown && job.atStart && isStart) {
    await bull.queues[job.queue].add(name, {}, { ...options, deduplication: { id: name } });
  }
}

/**
 * Removes a job's schedule and creates it again; the job runs at once. Without the removal it would keep its old due time.
 * If several workers do so at once, one schedule remains, with at most one extra run.
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
