// When each job of the worker runs: polls, the station list, backfill, pruning.

import type { JobName, ScheduledJob } from "./queue/job-schedulers.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * Plans the worker's jobs.
 * @param tasks what each job does
 */
export function planJobs(
  pollSeconds: number,
  tasks: Record<JobName, () => Promise<unknown>>,
): Record<JobName, ScheduledJob> {
  return {
    poll: { queue: "poll", everyMs: pollSeconds * 1_000, attempts: 4, atStart: false, run: tasks.poll },
    stations: { queue: "upkeep", everyMs: dayMs, attempts: 8, atStart: true, run: tasks.stations },
    backfill: { queue: "upkeep", everyMs: hourMs, attempts: 4, atStart: true, run: tasks.backfill },
    prune: { queue: "upkeep", everyMs: dayMs, attempts: 4, atStart: false, run: tasks.prune },
  };
}
