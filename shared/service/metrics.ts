// The metrics that both services have.

import { version } from "../../package.json" with { type: "json" };
import { withDeadline } from "../clock.ts";
import { type Sql, smallAnswerMs, sqlConnections } from "../database/sql.ts";
import { oneAtATime } from "../one-at-a-time.ts";
import { latestObsPath } from "../upstream.ts";
import type { ConnectionHealth } from "./connection-health.ts";
import { Counter, Gauge, Registry } from "./prometheus.ts";

/** The metrics of one service: what both have in common, and a place for its own. */
export type ServiceMetrics = {
  /** Where a service registers its own. */
  registry: Registry;
  /** Answers a scrape with Prometheus text; several at a time get the same one. */
  scrape(): Promise<Response>;
};

/** Upper bounds of histograms of what takes from below a millisecond to several seconds. */
export const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Registers a gauge that is read when it is scraped; `null`: it is left out, since it is not known. */
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

/** Registers a counter of what is counted elsewhere, where a number is incremented and nothing more; read when it is scraped. */
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
 * Begins the metrics of a service with what both tell: who it is, what the process takes, whether PostgreSQL and Redis
 * answer, how much of the pool is in use, and how far the stream and the reading of NDBC have come.
 * @param redisProblem why Redis does not serve; `null` while it does
 */
export function createServiceMetrics(
  service: string,
  sql: Sql,
  database: ConnectionHealth,
  redisProblem: () => string | null,
): ServiceMetrics {
  const registry = new Registry();
  let figures: DatabaseFigures | null = null;

  new Gauge({
    name: "bellbuoy_build_info",
    help: "Always 1; which service this is, of which version, on which Bun.",
    labelNames: ["service", "version", "bun"],
    registers: [registry],
  }).set({ service, version, bun: Bun.version }, 1);
  registerProcess(registry);
  gauge(registry, "bellbuoy_postgres_up", "1 while PostgreSQL answers, else 0.", () =>
    Number(database.problem === null),
  );
  gauge(registry, "bellbuoy_redis_up", "1 while Redis serves, else 0.", () => Number(redisProblem() === null));
  registerDatabase(registry, () => figures);

  const collect = oneAtATime(async () => {
    figures = database.problem === null ? await readFigures(sql) : null;
    return registry.metrics();
  });
  return {
    registry,
    scrape: async () => new Response(await collect(), { headers: { "Content-Type": registry.contentType } }),
  };
}

/** The names that Prometheus's own clients use. Those of the library would keep a timer running at all times. */
function registerProcess(registry: Registry): void {
  const startedAt = (Date.now() - performance.now()) / 1000;
  counter(registry, "process_cpu_seconds_total", "Processor time, of user and system.", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  gauge(registry, "process_resident_memory_bytes", "Resident memory.", () => process.memoryUsage.rss());
  gauge(
    registry,
    "process_start_time_seconds",
    "When the process started, as seconds of the Unix epoch.",
    () => startedAt,
  );
}

/** What PostgreSQL tells at a scrape. Times are seconds of the Unix epoch; `null` before there is anything. */
type DatabaseFigures = {
  storedEventId: number;
  publishedEventId: number;
  polledAt: number | null;
  pollSeconds: number | null;
  upstreamModified: string | null;
  newestObservationAt: number | null;
  databaseBytes: number;
  busyConnections: number;
  idleConnections: number;
};

function registerDatabase(registry: Registry, read: () => DatabaseFigures | null): void {
  const told = (name: string, help: string, of: (figures: DatabaseFigures) => number | null) =>
    gauge(registry, name, help, () => {
      const figures = read();
      return figures && of(figures);
    });
  told("bellbuoy_stored_event_id", "The newest event id that is stored.", (of) => of.storedEventId);
  told("bellbuoy_published_event_id", "The newest event id that a worker has published.", (of) => of.publishedEventId);
  told("bellbuoy_last_poll_timestamp_seconds", "When NDBC last answered a poll.", (of) => of.polledAt);
  told("bellbuoy_poll_period_seconds", "How far apart polls are, as their worker was told.", (of) => of.pollSeconds);
  told("bellbuoy_upstream_modified_timestamp_seconds", "NDBC's own Last-Modified of its newest observations.", (of) =>
    secondsOf(of.upstreamModified),
  );
  told(
    "bellbuoy_newest_observation_timestamp_seconds",
    "The time of the newest observation that is stored.",
    (of) => of.newestObservationAt,
  );
  told("bellbuoy_database_size_bytes", "What the database takes on disk.", (of) => of.databaseBytes);
  told(
    "bellbuoy_postgres_connections_busy",
    "Connections of this process that PostgreSQL works for.",
    (of) => of.busyConnections,
  );
  told(
    "bellbuoy_postgres_connections_idle",
    "Open connections of this process that wait for work.",
    (of) => of.idleConnections,
  );
  gauge(registry, "bellbuoy_postgres_connections_max", "How many connections the pool may open.", () => sqlConnections);
}

function secondsOf(httpDate: string | null): number | null {
  const milliseconds = httpDate === null ? Number.NaN : Date.parse(httpDate);
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
}

/** `null` where PostgreSQL does not tell, as before its tables are made. */
async function readFigures(sql: Sql): Promise<DatabaseFigures | null> {
  // The connection that asks works for the scrape alone, so it counts as idle.
  const asking = sql<DatabaseFigures[]>`
    select
      greatest((select max(event_id) from observations), pruned_event_id, timeline_event_id)::float8 as stored_event_id,
      published_event_id::float8 as published_event_id,
      extract(epoch from newest.fetched_at)::float8 as polled_at,
      (select every_seconds from polling)::float8 as poll_seconds,
      newest.last_modified as upstream_modified,
      (select extract(epoch from max(observed_at))::float8 from observations) as newest_observation_at,
      pg_database_size(current_database())::float8 as database_bytes,
      (select count(*)::int from pg_stat_activity
        where application_name = current_setting('application_name') and state <> 'idle' and pid <> pg_backend_pid()
      ) as busy_connections,
      (select count(*)::int from pg_stat_activity
        where application_name = current_setting('application_name') and (state = 'idle' or pid = pg_backend_pid())
      ) as idle_connections
    from stream_marks left join upstream_files as newest on newest.path = ${latestObsPath}
  `;
  try {
    // A scraper gives up after 10 seconds by default; without PostgreSQL it gets the rest all the same.
    const [figures] = await withDeadline(asking, smallAnswerMs);
    return figures ?? null;
  } catch {
    return null;
  }
}
