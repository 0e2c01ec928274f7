// Runs the jobs that BullMQ fetched, and reports how each went.

import type { Job } from "bullmq";
import { isDatabaseAway } from "../../../shared/database/sql.ts";
import { isReply } from "../../../shared/redis/redis.ts";
import { refusalWords } from "../../../shared/redis/redis-refusals.ts";
import { type ConnectionHealth, describeFailure } from "../../../shared/service/connection-health.ts";
import type { Log } from "../../../shared/service/log.ts";
import type { BullEvents, QueueName } from "./bull.ts";
import type { JobName, ScheduledJob } from "./job-schedulers.ts";

/** What runs, and to whom it is reported. */
export type ReportParts = {
  scheduled: Record<JobName, ScheduledJob>;
  database: ConnectionHealth;
  log: Log;
  /** Aborted when the service stops and ends its jobs itself. */
  signal: AbortSignal;
  /** Called with the end of each run of a job, but for those that this service's stop has ended. */
  ended: (job: string, outcome: "completed" | "failed") => void;
};

/** What BullMQ puts before the words of Redis when it has fetched a job and may not schedule the next. */
const notRepeated = /^Failed to add repeatable job for next iteration: /;

/**
 * Makes what a `Bull` reports to.
 * @param running holds the jobs that run in this process now
 * @param refused called with what Redis refuses to BullMQ
 */
export function createReport(parts: ReportParts, running: Set<JobName>, refused: (words: string) => void): BullEvents {
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
      else log.warn("a job failed", { job: name, attempt, of: opts.attempts, ...describeFailure(error) });
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
