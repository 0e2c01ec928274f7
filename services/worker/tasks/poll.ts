// Polls NDBC's newest observations, then stores and publishes new and changed rows.

import { type Clock, systemClock, withDeadline } from "../../../shared/clock.ts";
import { inTransaction, type Sql } from "../../../shared/database/sql.ts";
import type { Log } from "../../../shared/process/log.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import type { NdbcClient } from "../ndbc/client.ts";
import { MissingFileError } from "../ndbc/errors.ts";
import { parseLatestObs } from "../ndbc/latest-obs.ts";
import { nothingRejected, type RejectedRows } from "../ndbc/table/rejected-rows.ts";
import type { EventCounts, EventIds } from "../store/assign-event-ids.ts";
import type { IdTransaction } from "../store/event-id-guard.ts";
import { isOlderThanStored, readFile, rememberFile, wholeFile } from "../store/files.ts";
import { recordRejectedRows } from "../store/job-results.ts";
import { storePoll } from "../store/poll.ts";
import { createRejectedRowsLog, type RejectedRowsLog } from "./rejected-rows-log.ts";

/** The result of one poll. */
export type PollCounts = EventCounts & {
  /** Whether NDBC's file had changed since the last poll, or was an older version of a mirror. */
  outcome: "changed" | "unchanged" | "older";
  /** Rows of wanted stations in the file. */
  rows: number;
  rejectedRows: RejectedRows;
  /** Events that this poll published. */
  published: number;
  /** Seconds from the commit until all events were published; `null` without events. */
  publishSeconds: number | null;
};

const nothing = {
  rows: 0,
  added: 0,
  changed: 0,
  events: null,
  rejectedRows: nothingRejected,
  published: 0,
  publishSeconds: null,
};

/** Time limit of a poll, in ms. A longer poll hangs and delays the next one: a request to NDBC has 30 s, a statement 20 s. */
const pollDeadlineMs = 90_000;

const dayMs = 86_400_000;

/** Dependencies of a poll. */
export type PollParts = {
  sql: Sql;
  ndbc: NdbcClient;
  /** Publishes all pending events. @returns their number */
  publish: () => Promise<number>;
  /** The stations to keep, or `null` for all. */
  stations: Set<string> | null;
  /** Rows that are older than this in NDBC's file are skipped. */
  retentionDays: number;
  log: Log;
  /** Shared by all polls, so that a lasting problem is logged once. */
  logRejectedRows?: RejectedRowsLog;
  /** Assigns ids above all published ones. */
  inIdTransaction: IdTransaction;
  clock?: Clock;
};

/**
 * Reads the newest row of every station, and stores and publishes new and changed rows. Pending events of an earlier worker
 * are published first, even when NDBC does not answer.
 * @throws {UpstreamError} when NDBC is unreachable or refuses
 * @throws {NotDataError} when the response is no data; nothing is stored then
 * @throws {Error} after 90 seconds
 */
export async function poll(parts: PollParts): Promise<PollCounts> {
  const { clock = systemClock } = parts;
  return withDeadline(pollOnce(parts), pollDeadlineMs, clock);
}

async function pollOnce(parts: PollParts): Promise<PollCounts> {
  const { sql, ndbc, publish, stations, retentionDays, log, inIdTransaction } = parts;
  const { logRejectedRows = createRejectedRowsLog(log) } = parts;
  await publish();
  const extent = { ...wholeFile, stations };
  const known = await readFile(sql, latestObsPath, extent);
  const answer = await ndbc.get(latestObsPath, known);
  if (answer.kind === "missing") throw new MissingFileError(latestObsPath);
  if (await isOlderThanStored(sql, latestObsPath, answer)) {
    log.debug("skipped an older version of NDBC's file", { lastModified: answer.lastModified });
    return { ...nothing, outcome: "older" };
  }
  if (answer.kind === "unchanged") {
    await inTransaction(sql, (tx) => rememberFile(tx, latestObsPath, answer, extent));
    return { ...nothing, outcome: "unchanged" };
  }
  const retention = { keptMs: retentionDays * dayMs, lastModified: answer.lastModified };
  const parsed = parseLatestObs(answer.body, answer.answeredAt, retention);
  logRejectedRows("latest_obs", latestObsPath, parsed);
  const observations = parsed.observations.filter(({ stationId }) => stations === null || stations.has(stationId));
  const counts = await storePoll(sql, latestObsPath, answer, observations, inIdTransaction, extent);
  if (counts.events !== null) log.debug("stored", counts.events);
  await recordRejectedRows(sql, parsed.rejectedLines);
  const storedAtMs = performance.now();
  const published = await publish();
  const publishSeconds = published > 0 ? (performance.now() - storedAtMs) / 1000 : null;
  return { outcome: "changed", rows: observations.length, ...counts, rejectedRows: parsed, published, publishSeconds };
}

/** Min time between two log lines about polls, in ms. */
const pollLineMs = 60_000;

/**
 * Creates a function that logs polls, at most one line a minute with the sums since the last line. `firstEventId` and
 * `lastEventId` are the range of new event ids; both are absent without events.
 */
export function createPollLog(log: Log): (counts: PollCounts) => void {
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
    if (performance.now() - loggedAtMs < pollLineMs) return;
    log.info("polled", { ...sum, ...events });
    loggedAtMs = performance.now();
    sum = { polls: 0, rows: 0, added: 0, changed: 0, published: 0 };
    events = null;
  };
}
