import { isDatabaseAway } from "../../shared/database/sql.ts";
import { type ServiceMetrics, secondsBuckets } from "../../shared/service/metrics.ts";
import { Counter, Gauge, Histogram } from "../../shared/service/prometheus.ts";
import { UpstreamError } from "./ndbc/client.ts";
import { NotDataError } from "./ndbc/not-data.ts";
import { type LeftOut, rowFaults } from "./ndbc/table.ts";
import type { RunningJobs } from "./queue/jobs.ts";
import type { StoreCounts } from "./store/store.ts";
import type { PollCounts } from "./tasks/poll.ts";
import type { PruneResult } from "./tasks/prune.ts";

/** How a poll may end; the last five are failures. */
const pollOutcomes = ["changed", "unchanged", "not_data", "refused", "unreachable", "database", "error"] as const;

type PollOutcome = (typeof pollOutcomes)[number];

/** Who read rows. */
const sources = ["poll", "backfill"] as const;

/** How pruning may end. */
const pruneOutcomes = ["pruned", "refused"] as const satisfies readonly PruneResult["outcome"][];

/** How each job may end. */
const jobOutcomes = ["completed", "failed"] as const;

/** What the worker counts. Names, types and meanings are in docs/operations.md. */
export type WorkerMetrics = {
  /** A poll that NDBC answered. */
  polled(counts: PollCounts, seconds: number): void;
  /** A poll that failed. */
  pollFailed(error: unknown, seconds: number): void;
  /** A file that backfill has stored. */
  backfilled(rows: number, leftOut: LeftOut, counts: StoreCounts): void;
  /** Events that Redis has taken. */
  published(events: number): void;
  pruned(result: PruneResult): void;
  jobEnded(job: string, outcome: (typeof jobOutcomes)[number]): void;
  /** Tells from now on how many jobs wait, run, are scheduled and have failed. */
  watchQueues(jobs: Pick<RunningJobs, "counts">): void;
};

/** @param jobNames of which it is told how often they ended, from 0 on */
export function createWorkerMetrics({ registry }: ServiceMetrics, jobNames: readonly string[]): WorkerMetrics {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const histogram = (name: string, help: string) => new Histogram({ name, help, buckets: secondsBuckets, registers });

  const polls = counter("bellbuoy_polls_total", "Polls of NDBC's newest observations, by outcome.", ["outcome"]);
  const pollSeconds = histogram("bellbuoy_poll_duration_seconds", "How long a poll took, publishing included.");
  const publishSeconds = histogram(
    "bellbuoy_publish_latency_seconds",
    "From the commit of a poll's rows until Redis had taken all of its events.",
  );
  const events = counter("bellbuoy_events_published_total", "Events that Redis has taken.");
  const read = counter("bellbuoy_rows_read_total", "Rows read from NDBC's files, broken ones included.", ["source"]);
  const stored = counter("bellbuoy_rows_stored_total", "Rows stored that were not there before.", ["source"]);
  const changed = counter("bellbuoy_rows_changed_total", "Stored rows that got another value.", ["source"]);
  const rejected = counter("bellbuoy_rows_rejected_total", "Broken rows that were left out, by what is wrong.", [
    "source",
    "reason",
  ]);
  const implausible = counter(
    "bellbuoy_values_implausible_total",
    "Values that no sea has; the rest of their rows is kept.",
    ["source"],
  );
  const unreadable = counter(
    "bellbuoy_cells_unreadable_total",
    "Cells that hold no number; the rest of their rows is kept.",
    ["source"],
  );
  const missingColumns = counter(
    "bellbuoy_columns_missing_total",
    "Columns that could not be read, once for each file that lacked them.",
    ["source"],
  );
  const prunedRows = counter("bellbuoy_rows_pruned_total", "Rows deleted since they were older than RETENTION_DAYS.");
  const prunes = counter("bellbuoy_prunes_total", "Daily runs of pruning; refused: clocks contradict each other.", [
    "outcome",
  ]);
  const jobs = counter("bellbuoy_jobs_total", "Runs of jobs, by job and outcome.", ["job", "outcome"]);

  // A series that only appears with its first failure hides that failure: a rate needs a value before it.
  for (const outcome of pollOutcomes) polls.inc({ outcome }, 0);
  for (const source of sources) {
    for (const each of [read, stored, changed, implausible, unreadable, missingColumns]) each.inc({ source }, 0);
    for (const reason of rowFaults) rejected.inc({ source, reason }, 0);
  }
  for (const outcome of pruneOutcomes) prunes.inc({ outcome }, 0);
  for (const job of jobNames) for (const outcome of jobOutcomes) jobs.inc({ job, outcome }, 0);

  function countRows(source: (typeof sources)[number], rows: number, leftOut: LeftOut, counts: StoreCounts): void {
    read.inc({ source }, rows + leftOut.rejectedLines.length);
    stored.inc({ source }, counts.added);
    changed.inc({ source }, counts.changed);
    implausible.inc({ source }, leftOut.implausible.length);
    unreadable.inc({ source }, leftOut.unreadable.length);
    missingColumns.inc({ source }, leftOut.missingColumns.length);
    for (const { fault } of leftOut.rejectedLines) rejected.inc({ source, reason: fault });
  }

  function ended(outcome: PollOutcome, seconds: number): void {
    polls.inc({ outcome });
    pollSeconds.observe(seconds);
  }

  return {
    polled({ outcome, rows, leftOut, publishSeconds: seconds, ...counts }, pollTook) {
      ended(outcome, pollTook);
      countRows("poll", rows, leftOut, counts);
      if (seconds !== null) publishSeconds.observe(seconds);
    },
    pollFailed: (error, seconds) => ended(outcomeOf(error), seconds),
    backfilled: (rows, leftOut, counts) => countRows("backfill", rows, leftOut, counts),
    published: (count) => events.inc(count),
    pruned(result) {
      prunes.inc({ outcome: result.outcome });
      if (result.outcome === "pruned") prunedRows.inc(result.rows);
    },
    jobEnded: (job, outcome) => jobs.inc({ job, outcome }),
    watchQueues(running) {
      new Gauge({
        name: "bellbuoy_queue_jobs",
        help: "Jobs of each queue: waiting, running (active), scheduled for later (delayed), failed for good.",
        labelNames: ["queue", "state"],
        registers,
        async collect() {
          this.reset();
          for (const { queue, state, count } of await running.counts()) this.set({ queue, state }, count);
        },
      });
    },
  };
}

function outcomeOf(error: unknown): PollOutcome {
  if (error instanceof NotDataError) return "not_data";
  if (error instanceof UpstreamError) return error.isRefusal ? "refused" : "unreachable";
  return isDatabaseAway(error) ? "database" : "error";
}
