// /v1/status

import { version } from "../../../package.json" with { type: "json" };
import type { Sql } from "../../../shared/database/sql.ts";
import { latestObsPath, simulationOwner } from "../../../shared/upstream.ts";
import { readMarks } from "../store/events.ts";
import { status } from "./answers.ts";
import { endpoint } from "./endpoint.ts";

/** `/v1/status` */
export const statusEndpoint = endpoint({
  path: "/v1/status",
  summary: "How the network and its reading stand",
  read: async ({ sql }) => ({ version, ...(await readStatus(sql)) }),
  formats: { json: { shape: { body: status }, write: (answer) => JSON.stringify(answer) } },
});

/** How the network and its reading stand. */
type Status = {
  /** When a worker last asked NDBC for its newest observations, and was answered. */
  lastPoll: Date | null;
  /** When a worker last began to ask it, answered or not; `null` before the first time. */
  lastPollBegun: Date | null;
  /** How far apart polls are: the worker's `POLL_SECONDS`. */
  pollSeconds: number | null;
  /**
   * Whether no worker polls any more: none has begun for two periods and a retry, and for 100 s at least, since a poll
   * that hangs is ended after 90 s.
   */
  pollsStopped: boolean;
  /** What NDBC says of that file's age, in its own words: an HTTP date. */
  ndbcLastModified: string | null;
  /** Stations with an observation of the last three hours. */
  stationsReporting: number;
  /** Whether a station is of the simulated sea. */
  simulated: boolean;
  /** The newest event that is stored. */
  lastEventId: string;
};

/** Reads {@link Status}. */
async function readStatus(sql: Sql): Promise<Status> {
  const { newest } = await readMarks(sql);
  const [status] = await sql<Omit<Status, "lastEventId">[]>`
    select
      newest.fetched_at as last_poll,
      polling.begun_at as last_poll_begun,
      polling.every_seconds as poll_seconds,
      coalesce(
        polling.begun_at < now() - make_interval(secs => greatest(2 * polling.every_seconds + 6, 100)), false
      ) as polls_stopped,
      newest.last_modified as ndbc_last_modified,
      (select count(distinct station_id)::int from observations where observed_at > now() - interval '3 hours')
        as stations_reporting,
      exists (select from stations where owner = ${simulationOwner}) as simulated
    from (values (1)) as always
      left join upstream_files as newest on newest.path = ${latestObsPath}
      left join polling on true
  `;
  const noPoll = { lastPoll: null, lastPollBegun: null, pollSeconds: null, pollsStopped: false };
  const unknown = { ...noPoll, ndbcLastModified: null, stationsReporting: 0, simulated: false };
  return { ...(status ?? unknown), lastEventId: String(newest) };
}
