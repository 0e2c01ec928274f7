// The Prometheus metrics that both services have.

import { version } from "../../package.json" with { type: "json" };
import { withDeadline } from "../clock.ts";
import type { ConnectionHealth } from "../connections/connection-health.ts";
import { inTransaction, type Sql, smallAnswerMs, sqlConnections, type Transaction } from "../database/sql.ts";
import { oneAtATime } from "../one-at-a-time.ts";
import { staleAfterMs } from "../sea.ts";
import { latestObsPath } from "../upstream.ts";
import { Counter, Gauge, Registry } from "./prometheus.ts";

/** The metrics of one service: the common ones, and a registry for its own. */
export type ServiceMetrics = {
  /** The registry for the service's own metrics. */
  registry: Registry;
  /** Returns the metrics as Prometheus text. Concurrent scrapes share one response. */
  scrape(): Promise<Response>;
};

/** Histogram buckets in seconds, for durations from below 1 ms to 10 s. */
export const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Registers a gauge. Each scrape calls `read`; `null` means unknown, and the gauge is omitted. */
export function gauge(registry: Registry, name: string, help: string, read: () => number | null): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      const value = read();
      if (value === null) this.remove();
      else this.set(value);
    },
  });
}

/** Registers a counter for a number that another module increments. Each scrape calls `read`. */
export function counter(registry: Registry, name: string, help: string, read: () => number): void {
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(read());
    },
  });
}

/**
 * Creates the common metrics of a service: build info, process resources, state of PostgreSQL and Redis, connections in
 * use, newest event ids, and times of the last poll and of NDBC's data.
 * @param redisProblem returns the current problem with Redis; `null`: none
 * @param maxConnections max PostgreSQL connections of this process
 */
export function createServiceMetrics(
  service: string,
  sql: Sql,
  database: ConnectionHealth,
  redisProblem: () => string | null,
  maxConnections = sqlConnections,
): ServiceMetrics {
  const registry = new Registry();
  let figures: DatabaseFigures | null = null;

  new Gauge({
    name: "bellbuoy_build_info",
    help: "Always 1; the labels name the service, its version and the version of Bun.",
    labelNames: ["service", "version", "bun"],
    registers: [registry],
  }).set({ service, version, bun: Bun.version }, 1);
  registerProcess(registry);
  gauge(registry, "bellbuoy_postgres_up", "1 while PostgreSQL answers, else 0.", () =>
    Number(database.problem === null),
  );
  gauge(registry, "bellbuoy_redis_up", "1 while Redis works, else 0.", () => Number(redisProblem() === null));
  registerDatabase(registry, () => figures, maxConnections);

  const readFigures = createFiguresReader(sql);
  const collect = oneAtATime(async () => {
    figures = database.problem === null ? await readFigures() : null;
    return registry.metrics();
  });
  return {
    registry,
    scrape: async () => new Response(await collect(), { headers: { "Content-Type": registry.contentType } }),
  };
}

/** Registers process metrics under Prometheus's standard names. The library's own version would keep a timer running. */
function registerProcess(registry: Registry): void {
  const startedAt = (Date.now() - performance.now()) / 1000;
  counter(registry, "process_cpu_seconds_total", "User and system CPU time in seconds.", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  gauge(registry, "process_resident_memory_bytes", "Resident memory.", () => process.memoryUsage.rss());
  gauge(
    registry,
    "process_start_time_seconds",
    "Start time of the process, in seconds of the Unix epoch.",
    () => startedAt,
  );
}

/** Figures that a scrape reads from PostgreSQL. Times are in seconds of the Unix epoch; `null`: no data yet. */
type DatabaseFigures = {
  storedEventId: number;
  publishedEventId: number;
  polledAt: number | null;
  pollSeconds: number | null;
  upstreamModified: string | null;
  newestObservationAt: number | null;
  stationsReporting: number;
  /** The last success of each job; before the first one, when the tables were made. */
  jobSuccesses: Record<string, number>;
  databaseBytes: number;
  busyConnections: number;
  idleConnections: number;
};

function registerDatabase(registry: Registry, read: () => DatabaseFigures | null, maxConnections: number): void {
  const figure = (name: string, help: string, of: (figures: DatabaseFigures) => number | null) =>
    gauge(registry, name, help, () => {
      const figures = read();
      return figures && of(figures);
    });
  figure("bellbuoy_stored_event_id", "The newest stored event id.", (of) => of.storedEventId);
  figure(
    "bellbuoy_published_event_id",
    "The newest event id that a worker has published.",
    (of) => of.publishedEventId,
  );
  figure("bellbuoy_last_poll_timestamp_seconds", "When NDBC last answered a poll.", (of) => of.polledAt);
  figure(
    "bellbuoy_poll_period_seconds",
    "Interval between polls, the POLL_SECONDS of the worker.",
    (of) => of.pollSeconds,
  );
  figure("bellbuoy_upstream_modified_timestamp_seconds", "NDBC's own Last-Modified of its newest observations.", (of) =>
    secondsOf(of.upstreamModified),
  );
  figure(
    "bellbuoy_newest_observation_timestamp_seconds",
    "The time of the newest stored observation.",
    (of) => of.newestObservationAt,
  );
  figure(
    "bellbuoy_stations_reporting",
    "Stations with an observation in the last three hours.",
    (of) => of.stationsReporting,
  );
  new Gauge({
    name: "bellbuoy_job_success_timestamp_seconds",
    help: "Last success of each job; before the first one, when the database was made.",
    labelNames: ["job"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [job, at] of Object.entries(read()?.jobSuccesses ?? {})) this.set({ job }, at);
    },
  });
  figure("bellbuoy_database_size_bytes", "Size of the database on disk.", (of) => of.databaseBytes);
  figure(
    "bellbuoy_postgres_connections_busy",
    "Connections of this process that run a query or transaction.",
    (of) => of.busyConnections,
  );
  figure(
    "bellbuoy_postgres_connections_idle",
    "Open connections of this process without a query or transaction.",
    (of) => of.idleConnections,
  );
  gauge(registry, "bellbuoy_postgres_connections_max", "Max connections of this process.", () => maxConnections);
}

function secondsOf(httpDate: string | null): number | null {
  const milliseconds = httpDate === null ? Number.NaN : Date.parse(httpDate);
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
}

/**
 * Creates a function that reads the figures. It returns `null` if the query fails or times out. PostgreSQL cancels the query after the same time, and until it has ended no other one is sent: abandoned
 * queries would take all connections of the pool, and `/ready` would wait behind them.
 */
function createFiguresReader(sql: Sql): () => Promise<DatabaseFigures | null> {
  let asking: Promise<DatabaseFigures | null> | null = null;
  return async () => {
    if (asking !== null) return null;
    asking = readFigures(sql)
      // For example before the first migration.
      .catch(() => null)
      .finally(() => {
        asking = null;
      });
    // A scrape times out after 10 seconds by default. Without PostgreSQL, it still gets all other metrics.
    return withDeadline(asking, smallAnswerMs).catch(() => null);
  };
}

async function readFigures(sql: Sql): Promise<DatabaseFigures | null> {
  const [figures] = await inTransaction(sql, async (tx) => {
    await tx`select set_config('statement_timeout', ${String(smallAnswerMs)}, true)`;
    return queryFigures(tx);
  });
  return figures ?? null;
}

function queryFigures(tx: Transaction) {
  // The connection of this query serves only the scrape, so it counts as idle.
  return tx<DatabaseFigures[]>`
    select
      greatest((select max(event_id) from observations), pruned_event_id, timeline_event_id)::float8 as stored_event_id,
      published_event_id::float8 as published_event_id,
      extract(epoch from newest.fetched_at)::float8 as polled_at,
      (select every_seconds from polling)::float8 as poll_seconds,
      newest.last_modified as upstream_modified,
      (select extract(epoch from max(observed_at))::float8 from observations) as newest_observation_at,
      (
        select count(*)::int from stations where exists (
          select from observations where observations.station_id = stations.station_id
            and observed_at > now() - make_interval(secs => ${staleAfterMs / 1_000})
        )
      ) as stations_reporting,
      (
        select json_object_agg(job, extract(epoch from coalesce(succeeded_at, since))) from job_results
      ) as job_successes,
      pg_database_size(current_database())::float8 as database_bytes,
      (select count(*)::int from pg_stat_activity
        where application_name = current_setting('application_name') and state <> 'idle' and pid <> pg_backend_pid()
      ) as busy_connections,
      (select count(*)::int from pg_stat_activity
        where application_name = current_setting('application_name') and (state = 'idle' or pid = pg_backend_pid())
      ) as idle_connections
    from stream_marks left join upstream_files as newest on newest.path = ${latestObsPath}
  `;
}
