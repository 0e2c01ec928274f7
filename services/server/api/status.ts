// Endpoint /v1/status: state of polling and of the network.

import { version } from "../../../package.json" with { type: "json" };
import type { Transaction } from "../../../shared/database/sql.ts";
import { staleAfterMs } from "../../../shared/sea.ts";
import { latestObsPath, simulationOwner } from "../../../shared/upstream.ts";
import { readMarks } from "../store/events.ts";
import { status } from "./answers.ts";
import { endpoint } from "./endpoint.ts";

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
   * Whether polling has stopped: no poll has started for two periods and a retry, and for at least 100 s, since a poll
   * times out after 90 s.
   */
  pollsStopped: boolean;
  /** `Last-Modified` of that file, as NDBC sent it: an HTTP date. */
  ndbcLastModified: string | null;
  /** Number of stations with an observation in the last three hours. */
  stationsReporting: number;
  /** Whether some station is from the simulator. */
  simulated: boolean;
  /** Id of the newest stored event. */
  lastEventId: string;
};

/** Reads {@link Status}. */
async function readStatus(tx: Transaction): Promise<Status> {
  const { newest } = await readMarks(tx);
  const [status] = await tx<Omit<Status, "lastEventId">[]>`
    select
      newest.fetched_at as last_poll,
      polling.begun_at as last_poll_begun,
      polling.every_seconds as poll_seconds,
      coalesce(
        polling.begun_at < now() - make_interval(secs => greatest(2 * polling.every_seconds + 6, 100)), false
      ) as polls_stopped,
      newest.last_modified as ndbc_last_modified,
      (
        select count(distinct station_id)::int from observations
        where observed_at > now() - make_interval(secs => ${staleAfterMs / 1_000})
      ) as stations_reporting,
      exists (select from stations where owner = ${simulationOwner}) as simulated
    from (values (1)) as always
      left join upstream_files as newest on newest.path = ${latestObsPath}
      left join polling on true
  `;
  const noPoll = { lastPoll: null, lastPollBegun: null, pollSeconds: null, pollsStopped: false };
  const unknown = { ...noPoll, ndbcLastModified: null, stationsReporting: 0, simulated: false };
  return { ...(status ?? unknown), lastEventId: String(newest) };
}
