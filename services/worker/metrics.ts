// The worker's Prometheus metrics. docs/operations.md explains them.

import { isDatabaseAway } from "../../shared/database/sql.ts";
import { type ServiceMetrics, secondsBuckets } from "../../shared/service/metrics.ts";
import { Counter, Gauge, Histogram, type Registry } from "../../shared/service/prometheus.ts";
import { MissingFileError, NotDataError, UpstreamError } from "./ndbc/errors.ts";
import { type RejectedRows, rowFaults } from "./ndbc/table/rejected-rows.ts";
import type { QueueCount, RunningJobs } from "./queue/run-jobs.ts";
import type { StoreCounts } from "./store/assign-event-ids.ts";
import type { PollCounts } from "./tasks/poll.ts";
import type { PruneResult } from "./tasks/prune.ts";

/** Outcomes of a poll. The last six are failures, named after the error code if there is one. */
const pollOutcomes = [
  "changed",
  "unchanged",
  "older",
  "not_data",
  "refused",
  "missing",
  "unreachable",
  "postgresql_away",
  "error",
] as const;

type PollOutcome = (typeof pollOutcomes)[number];

/** Jobs that read rows. */
const sources = ["poll", "backfill"] as const;

type Source = (typeof sources)[number];

/** Outcomes of pruning. */
const pruneOutcomes = ["pruned", "refused"] as const satisfies readonly PruneResult["outcome"][];

/** Outcomes of a job. */
const jobOutcomes = ["completed", "failed"] as const;

/** Counts what the worker does. */
export type WorkerMetrics = {
  /** Counts a poll that NDBC answered. */
  polled(counts: PollCounts, seconds: number): void;
  /** Counts a poll that failed. */
  pollFailed(error: unknown, seconds: number): void;
  /** Counts a file that backfill has stored. */
  backfilled(rows: number, rejectedRows: RejectedRows, counts: StoreCounts): void;
  /** Counts events that Redis accepted. */
  published(events: number): void;
  /** Counts a run of pruning. */
  pruned(result: PruneResult): void;
  /** Counts the end of one run of a job. */
  jobEnded(job: string, outcome: (typeof jobOutcomes)[number]): void;
  /** Registers the gauge of waiting, running, scheduled and failed jobs. */
  watchQueues(jobs: Pick<RunningJobs, "counts">): void;
};

/**
 * Registers the worker's metrics. Each series starts at 0: a rate needs an earlier value, so it would miss the first failure
 * of a series that only starts with it.
 * @param jobNames the jobs to count
 */
export function createWorkerMetrics({ registry }: ServiceMetrics, jobNames: readonly string[]): WorkerMetrics {
  const polls = createPollMetrics(registry);
  const countRows = createRowCounts(registry);
  const events = counter(registry, "bellbuoy_events_published_total", "Events that Redis accepted.");
  return {
    polled({ outcome, rows, rejectedRows, publishSeconds, ...counts }, seconds) {
      polls.ended(outcome, seconds);
      countRows("poll", rows, rejectedRows, counts);
      if (publishSeconds !== null) polls.published(publishSeconds);
    },
    pollFailed: (error, seconds) => polls.ended(outcomeOf(error), seconds),
    backfilled: (rows, rejectedRows, counts) => countRows("backfill", rows, rejectedRows, counts),
    published: (count) => events.inc(count),
    pruned: createPruneCounts(registry),
    jobEnded: createJobCounts(registry, jobNames),
    watchQueues: (jobs) => registerQueues(registry, () => jobs.counts()),
  };
}

function outcomeOf(error: unknown): PollOutcome {
  if (error instanceof NotDataError || error instanceof UpstreamError || error instanceof MissingFileError) {
    return error.code;
  }
  return isDatabaseAway(error) ? "postgresql_away" : "error";
}

function createPollMetrics(registry: Registry) {
  const polls = counter(registry, "bellbuoy_polls_total", "Polls of NDBC's newest observations, by outcome.", [
    "outcome",
  ]);
  const pollSeconds = histogram(
    registry,
    "bellbuoy_poll_duration_seconds",
    "Duration of a poll, including publishing.",
  );
  const publishSeconds = histogram(
    registry,
    "bellbuoy_publish_latency_seconds",
    "Time from the commit of a poll's rows until Redis accepted all of its events.",
  );
  for (const outcome of pollOutcomes) polls.inc({ outcome }, 0);
  return {
    ended(outcome: PollOutcome, seconds: number): void {
      polls.inc({ outcome });
      pollSeconds.observe(seconds);
    },
    published: (seconds: number) => publishSeconds.observe(seconds),
  };
}

function createRowCounts(registry: Registry) {
  const bySource = (name: string, help: string) => counter(registry, name, help, ["source"]);
  const read = bySource("bellbuoy_rows_read_total", "Rows read from NDBC's files, including broken ones.");
  const stored = bySource("bellbuoy_rows_stored_total", "New rows stored.");
  const changed = bySource("bellbuoy_rows_changed_total", "Stored rows with a changed value.");
  const implausible = bySource(
    "bellbuoy_values_implausible_total",
    "Values outside the plausible range; the rest of the row is kept.",
  );
  const unreadable = bySource(
    "bellbuoy_cells_unreadable_total",
    "Cells without a number; the rest of the row is kept.",
  );
  const missingColumns = bySource(
    "bellbuoy_columns_missing_total",
    "Missing or unreadable columns, counted once per file.",
  );
  const rejected = counter(registry, "bellbuoy_rows_rejected_total", "Broken rows that were skipped, by reason.", [
    "source",
    "reason",
  ]);
  for (const source of sources) {
    for (const each of [read, stored, changed, implausible, unreadable, missingColumns]) each.inc({ source }, 0);
    for (const reason of rowFaults) rejected.inc({ source, reason }, 0);
  }
  return (source: Source, rows: number, rejectedRows: RejectedRows, counts: StoreCounts): void => {
    read.inc({ source }, rows + rejectedRows.rejectedLines.length);
    stored.inc({ source }, counts.added);
    changed.inc({ source }, counts.changed);
    implausible.inc({ source }, rejectedRows.implausible.length);
    unreadable.inc({ source }, rejectedRows.unreadable.length);
    missingColumns.inc({ source }, rejectedRows.missingColumns.length);
    for (const { code } of rejectedRows.rejectedLines) rejected.inc({ source, reason: code });
  };
}

function createPruneCounts(registry: Registry) {
  const rows = counter(
    registry,
    "bellbuoy_rows_pruned_total",
    "Rows deleted because they were older than RETENTION_DAYS.",
  );
  const prunes = counter(
    registry,
    "bellbuoy_prunes_total",
    "Daily runs of pruning; refused: clocks contradict each other.",
    ["outcome"],
  );
  for (const outcome of pruneOutcomes) prunes.inc({ outcome }, 0);
  return (result: PruneResult): void => {
    prunes.inc({ outcome: result.outcome });
    if (result.outcome === "pruned") rows.inc(result.rows);
  };
}

function createJobCounts(registry: Registry, jobNames: readonly string[]) {
  const jobs = counter(registry, "bellbuoy_jobs_total", "Runs of jobs, by job and outcome.", ["job", "outcome"]);
  for (const job of jobNames) for (const outcome of jobOutcomes) jobs.inc({ job, outcome }, 0);
  return (job: string, outcome: (typeof jobOutcomes)[number]): void => jobs.inc({ job, outcome });
}

function registerQueues(registry: Registry, readCounts: () => Promise<QueueCount[]>): void {
  new Gauge({
    name: "bellbuoy_queue_jobs",
    help: "Jobs of each queue: waiting, running (active), scheduled for later (delayed), failed for good.",
    labelNames: ["queue", "state"],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { queue, state, count } of await readCounts()) this.set({ queue, state }, count);
    },
  });
}

function counter<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[] = [],
) {
  return new Counter({ name, help, labelNames, registers: [registry] });
}

function histogram(registry: Registry, name: string, help: string) {
  return new Histogram({ name, help, buckets: secondsBuckets, registers: [registry] });
}
