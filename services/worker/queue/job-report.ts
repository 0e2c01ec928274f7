// Runs the jobs that BullMQ fetched, and reports their results.

import type { Job } from "bullmq";
import { jobs } from "../../../shared/channels.ts";
import { type ConnectionHealth, describeFailure } from "../../../shared/connections/connection-health.ts";
import { explainDatabase, isDatabaseAway } from "../../../shared/database/sql.ts";
import type { Log } from "../../../shared/process/log.ts";
import { isReply } from "../../../shared/redis/redis.ts";
import { refusalWords } from "../../../shared/redis/redis-refusals.ts";
import type { BullEvents, QueueName } from "./bull.ts";
import type { JobName, ScheduledJob } from "./job-schedulers.ts";

/** The jobs, and where their results are reported. */
export type ReportParts = {
  scheduled: Record<JobName, ScheduledJob>;
  database: ConnectionHealth;
  /** Down while PostgreSQL refuses to store. */
  writes: ConnectionHealth;
  log: Log;
  /** Aborted when the service stops and aborts its jobs. */
  signal: AbortSignal;
  /** Called at the end of each attempt, except when the stop of this service aborted it. */
  ended: (job: string, outcome: "completed" | "failed") => void;
  /** Called when a run has succeeded, with what the job returned. */
  succeeded: (job: string, result: unknown) => void;
  /** Called when the last attempt of a run has failed for another reason than PostgreSQL. */
  gaveUp: (job: string, error: unknown, attempts: { attempt: number; of: number | undefined }) => void;
};

/** BullMQ's prefix of a Redis error when it has fetched a job but may not schedule the next one. */
const notRepeated = /^Failed to add repeatable job for next iteration: /;

/**
 * Creates the callbacks of a `Bull`.
 * @param running the jobs that run in this process now
 * @param refused called with the error when Redis refuses a command of BullMQ
 */
export function createReport(parts: ReportParts, running: Set<JobName>, refused: (words: string) => void): BullEvents {
  const { scheduled, database, writes, log, signal, ended, succeeded, gaveUp } = parts;
  let lastReason = "";
  return {
    async run({ name }: Job): Promise<unknown> {
      const known = Object.values(jobs).find((job) => job === name);
      if (known === undefined) throw new Error(`this version has no job ${name}`);
      running.add(known);
      try {
        return await scheduled[known].run();
      } finally {
        running.delete(known);
      }
    },
    completed({ name }: Job, result: unknown): void {
      ended(name, "completed");
      // Every poll stores, at least that it began.
      if (name === jobs.poll) writes.up();
      succeeded(name, result);
    },
    failed(job: Job | undefined, error: Error): void {
      const { name, attemptsMade: attempt, opts } = job ?? { name: "?", attemptsMade: 0, opts: {} };
      // The job returns to the queue, for another worker or the next start.
      if (signal.aborted) return;
      ended(name, "failed");
      // `database` logs the outage once, even if many jobs fail.
      if (isDatabaseAway(error)) database.down(error);
      else if (explainDatabase(error) !== null) writes.down(error);
      // One line a run, not one an attempt.
      else if (attempt >= (opts.attempts ?? 1)) gaveUp(name, error, { attempt, of: opts.attempts });
      else log.debug("an attempt of a job failed", { job: name, attempt, ...describeFailure(error) });
    },
    error(queue: QueueName, error: Error): void {
      if (signal.aborted) return;
      // Redis unblocks clients when it becomes a replica. It reports later refusals separately.
      if (error.message.startsWith("UNBLOCKED")) return;
      // The connection itself reports that it is closed or cannot connect.
      if ("code" in error || error.message === "Connection is closed.") return;
      const reason = refusalWords(error).replace(notRepeated, "");
      if (isReply(error) || notRepeated.test(error.message)) refused(reason);
      else if (reason !== lastReason) log.warn("a queue failed", { code: "queue_failed", queue, reason });
      lastReason = reason;
    },
  };
}
