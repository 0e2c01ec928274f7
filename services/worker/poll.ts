// Polls NDBC's newest observations, stores what is new or changed, and has it published.

import { type Clock, systemClock, withDeadline } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import type { Sql } from "../../shared/sql.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import type { IdTransaction } from "./event-ids.ts";
import { createLeftOutLog, type LeftOutLog } from "./left-out.ts";
import type { NdbcClient } from "./ndbc/client.ts";
import { parseLatestObs } from "./ndbc/latest-obs.ts";
import { type LeftOut, nothingLeftOut } from "./ndbc/table.ts";
import { type EventCounts, type EventIds, readFile, rememberFile, storePoll, wholeFile } from "./store.ts";

/** What one poll did. */
export type PollCounts = EventCounts & {
  /** Whether NDBC's file had changed since the last poll. */
  outcome: "changed" | "unchanged";
  /** Rows that were read and are of a station that is wanted. */
  rows: number;
  leftOut: LeftOut;
  /** Events that were published after it. */
  published: number;
  /** From the commit until all was published; `null` where nothing was. */
  publishSeconds: number | null;
};

const nothing = { rows: 0, added: 0, changed: 0, events: null, published: 0 };

/** A poll that takes longer hangs, and holds up the next one; NDBC and PostgreSQL each have 30 s for an answer. */
const pollDeadlineMs = 90_000;

/** What a poll works with. */
export type PollParts = {
  sql: Sql;
  ndbc: NdbcClient;
  /** Publishes every event that was not published yet. */
  publish: () => Promise<number>;
  /** Those to keep, or `null` for all. */
  stations: Set<string> | null;
  log: Log;
  /** One for all polls: it logs once what stays the same. */
  logLeftOut?: LeftOutLog;
  /** Gives ids above all that were published. */
  inIdTransaction: IdTransaction;
  clock?: Clock;
};

/**
 * Reads the newest row of every station, stores what is new or changed, and publishes it. What an earlier worker had
 * stored and could not publish goes out first, even when NDBC does not answer.
 * @throws {UpstreamError} when NDBC does not answer as it should
 * @throws {NotDataError} when it answers with something else than data; nothing is stored then
 * @throws {Error} when it has taken 90 seconds
 */
export async function poll(parts: PollParts): Promise<PollCounts> {
  const { clock = systemClock } = parts;
  return withDeadline(pollOnce({ ...parts, clock }), pollDeadlineMs, clock);
}

async function pollOnce(parts: PollParts & { clock: Clock }): Promise<PollCounts> {
  const { sql, ndbc, publish, stations, log, inIdTransaction, clock } = parts;
  const { logLeftOut = createLeftOutLog(log) } = parts;
  await publish();
  const extent = { ...wholeFile, stations };
  const known = await readFile(sql, latestObsPath, extent);
  const answer = await ndbc.get(latestObsPath, known);
  if (answer.kind === "missing") throw new Error(`NDBC has no ${latestObsPath}`);
  if (answer.kind === "unchanged") {
    await rememberFile(sql, latestObsPath, answer, extent);
    return { ...nothing, outcome: "unchanged", leftOut: nothingLeftOut, publishSeconds: null };
  }
  const parsed = parseLatestObs(answer.body, answer.answeredAt);
  logLeftOut("latest_obs", latestObsPath, parsed);
  const observations = parsed.observations.filter(({ stationId }) => stations === null || stations.has(stationId));
  const counts = await storePoll(sql, latestObsPath, answer, observations, inIdTransaction, extent);
  if (counts.events !== null) log.debug("stored", counts.events);
  const storedAtMs = clock.monotonicMs();
  const published = await publish();
  const publishSeconds = published > 0 ? (clock.monotonicMs() - storedAtMs) / 1000 : null;
  return { outcome: "changed", rows: observations.length, ...counts, leftOut: parsed, published, publishSeconds };
}

/** No more often than this is a poll worth a line. */
const pollLineMs = 60_000;

/**
 * Logs what polls did, several in one line where they follow each other closely. The ids of the events that they stored
 * are those from `firstEventId` to `lastEventId`; both are left out where there are none.
 */
export function createPollLog(log: Log, clock: Clock = systemClock): (counts: PollCounts) => void {
  let sum = { polls: 0, rows: 0, added: 0, changed: 0, published: 0 };
  let events: EventIds | null = null;
  let loggedAtMs = Number.NEGATIVE_INFINITY;
  return (counts) => {
    sum = {
      polls: sum.polls + 1,
      rows: sum.rows + counts.rows,
      added: sum.added + counts.added,
      changed: sum.changed + counts.changed,
      published: sum.published + counts.published,
    };
    if (counts.events !== null) events = { ...counts.events, ...(events && { firstEventId: events.firstEventId }) };
    if (clock.monotonicMs() - loggedAtMs < pollLineMs) return;
    log.info("polled", { ...sum, ...events });
    loggedAtMs = clock.monotonicMs();
    sum = { polls: 0, rows: 0, added: 0, changed: 0, published: 0 };
    events = null;
  };
}
