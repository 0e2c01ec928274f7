// Endpoint /v1/status: state of polling and of the network.

import { version } from "../../../../package.json" with { type: "json" };
import type { Transaction } from "../../../../shared/database/sql.ts";
import type { Outage } from "../../../../shared/outage.ts";
import { staleAfterMs } from "../../../../shared/sea.ts";
import { latestObsPath, simulationOwner } from "../../../../shared/upstream.ts";
import { readMarks } from "../../store/events.ts";
import { status } from "../answers.ts";
import { endpoint } from "../endpoint.ts";
import { outageOf } from "./outage.ts";
import { type Warning, type WarningFigures, warningsOf } from "./warnings.ts";

/** Endpoint `/v1/status`. */
export const statusEndpoint = endpoint({
  path: "/v1/status",
  summary: "State of polling and of the network",
  read: async ({ questions }, _, { asker }) => ({ version, ...(await questions.quick(asker, readStatus)) }),
  formats: { json: { shape: { body: status }, write: (answer) => JSON.stringify(answer) } },
});

/** State of polling and of the network. */
type Status = {
  /** Last time that NDBC answered a poll of its newest observations. */
  lastPoll: Date | null;
  /** Last time that a worker started a poll, successful or not; `null` before the first poll. */
  lastPollBegun: Date | null;
  /** Poll interval in seconds: the worker's `POLL_SECONDS`. */
  pollSeconds: number | null;
  /**
   * Whether polling has stopped: no poll has started for two periods and a retry, and for at least 20 s. While the last
   * one may still run, for at least 100 s, since a poll times out after 90 s.
   */
  pollsStopped: boolean;
  /** Why no new reports arrive; `null` if they do. */
  outage: Outage | null;
  /** `Last-Modified` of that file, as NDBC sent it: an HTTP date. */
  ndbcLastModified: string | null;
  /** Number of stations with an observation in the last three hours. */
  stationsReporting: number;
  /** Whether some station is from the simulator. */
  simulated: boolean;
  /** Id of the newest stored event. */
  lastEventId: string;
  /** The last result of each job. */
  jobs: { job: string; lastSuccess: Date | null; failingSince: Date | null; failure: string | null }[];
  /** Rows rejected since yesterday (UTC), by reason. */
  rejectedRows: { reason: string; rows: number; lastAt: Date; example: string }[];
  /** The stored events with the lowest and the highest id; `null` without events. */
  oldestEvent: EventMark | null;
  newestEvent: EventMark | null;
  /** Size of the database on disk. */
  databaseBytes: number;
  /** What a person should know, as the alerts say it. */
  warnings: Warning[];
};

type EventMark = { eventId: string; timestamp: Date };

/** Reads {@link Status}. */
async function readStatus(sql: Transaction): Promise<Status> {
  const [{ newest }, polling, details, jobs, rejectedRows] = await Promise.all([
    readMarks(sql),
    readPolling(sql),
    readDetails(sql),
    readJobs(sql),
    readRejectedRows(sql),
  ]);
  const { now, stationsOfDay, newestObservation, newestBatch, ...shown } = details;
  const ndbcModified = polling.ndbcLastModified === null ? null : new Date(polling.ndbcLastModified);
  const warnings = warningsOf({
    ...polling,
    now,
    since: jobs[0]?.since ?? null,
    ndbcModified,
    newestObservation,
    stationsReporting: shown.stationsReporting,
    stationsOfDay,
    jobs,
    rejectedRows,
  });
  return {
    ...polling,
    outage: outageOf({ ...polling, now, ndbcModified, newestBatch }),
    ...shown,
    lastEventId: String(newest),
    jobs: jobs.map(({ since, ...job }) => job),
    rejectedRows,
    warnings,
  };
}

type Polling = Pick<Status, "lastPoll" | "lastPollBegun" | "pollSeconds" | "pollsStopped" | "ndbcLastModified">;

async function readPolling(sql: Transaction): Promise<Polling> {
  const [polling] = await sql<Polling[]>`
    select
      newest.fetched_at as last_poll,
      polling.begun_at as last_poll_begun,
      polling.every_seconds as poll_seconds,
      coalesce(
        polling.begun_at < now() - make_interval(
          secs => greatest(2 * polling.every_seconds + 6, case when newest.fetched_at >= polling.begun_at then 20 else 100 end)
        ),
        false
      ) as polls_stopped,
      newest.last_modified as ndbc_last_modified
    from (values (1)) as always
      left join upstream_files as newest on newest.path = ${latestObsPath}
      left join polling on true
  `;
  const noPoll = {
    lastPoll: null,
    lastPollBegun: null,
    pollSeconds: null,
    pollsStopped: false,
    ndbcLastModified: null,
  };
  return polling ?? noPoll;
}

type Details = Pick<Status, "stationsReporting" | "simulated" | "oldestEvent" | "newestEvent" | "databaseBytes"> & {
  now: Date;
  stationsOfDay: number;
  newestObservation: Date | null;
  newestBatch: Date | null;
};

async function readDetails(sql: Transaction): Promise<Details> {
  const seen = (seconds: number) => sql`
    select count(*)::int from stations where exists (
      select from observations where observations.station_id = stations.station_id
        and observed_at > now() - make_interval(secs => ${seconds})
    )
  `;
  const event = (order: "asc" | "desc") => sql`
    select jsonb_build_object('eventId', event_id::text, 'timestamp', observed_at)
    from observations where event_id is not null order by event_id ${order === "asc" ? sql`asc` : sql`desc`} limit 1
  `;
  type Mark = { eventId: string; timestamp: string } | null;
  const [details] = await sql<[Omit<Details, "oldestEvent" | "newestEvent"> & { oldest: Mark; newest: Mark }]>`
    select
      now(),
      (${seen(staleAfterMs / 1_000)}) as stations_reporting,
      (${seen(86_400)}) as stations_of_day,
      (select max(observed_at) from observations) as newest_observation,
      (select arrived_at from batches order by first_event_id desc limit 1) as newest_batch,
      exists (select from stations where owner = ${simulationOwner}) as simulated,
      (${event("asc")}) as oldest,
      (${event("desc")}) as newest,
      pg_database_size(current_database())::float8 as database_bytes
  `;
  const { oldest, newest, ...rest } = details;
  const mark = (of: Mark) => of && { eventId: of.eventId, timestamp: new Date(of.timestamp) };
  return { ...rest, oldestEvent: mark(oldest), newestEvent: mark(newest) };
}

async function readJobs(sql: Transaction): Promise<WarningFigures["jobs"]> {
  return sql`
    select job, since, succeeded_at as last_success, failing_since, failure from job_results order by job
  `;
}

async function readRejectedRows(sql: Transaction): Promise<Status["rejectedRows"]> {
  return sql`
    select reason, sum(rows)::int as rows, max(rejected_at) as last_at,
      (array_agg(example order by rejected_at desc))[1] as example
    from rejected_rows where day >= (now() at time zone 'utc')::date - 1
    group by reason order by reason
  `;
}
