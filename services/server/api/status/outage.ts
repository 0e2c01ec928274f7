// Decides why no new reports arrive.

import type { Outage } from "../../../../shared/outage.ts";

/** What decides whether there is an outage. All times are PostgreSQL's, except `ndbcModified`. */
type PollFigures = {
  now: Date;
  /** Last time that NDBC answered a poll. */
  lastPoll: Date | null;
  lastPollBegun: Date | null;
  pollsStopped: boolean;
  pollSeconds: number | null;
  /** `Last-Modified` of NDBC's file. */
  ndbcModified: Date | null;
  /** When the newest batch of reports was stored. */
  newestBatch: Date | null;
};

/** NDBC renews its newest observations every five minutes. */
const ndbcPeriodSeconds = 300;
/** A poll may take 90 s, so a shorter period than this says nothing about NDBC. */
const minPollSeconds = 60;
/** Periods without an answer or a batch that count as an outage. */
const missedPeriods = 3;

/**
 * Returns why no new reports arrive; `null` if the newest batch is younger than three periods. A period is that of the
 * polls, or NDBC's if it is longer. With few stations a batch may bring nothing to store, so a renewed file counts as one.
 */
export function outageOf(figures: PollFigures): Outage | null {
  const { now, lastPoll, lastPollBegun, pollsStopped, ndbcModified, newestBatch } = figures;
  const pollSeconds = figures.pollSeconds ?? ndbcPeriodSeconds;
  if (pollsStopped && lastPollBegun !== null) return { code: "polls_stopped", since: lastPollBegun.toISOString() };
  if (lastPoll === null) return { code: "never_polled", since: null };
  if (isUnanswered(now, lastPoll, pollSeconds)) return { code: "ndbc_unreachable", since: lastPoll.toISOString() };
  const renewed = new Date(Math.max(timeOf(ndbcModified), timeOf(newestBatch)));
  if (renewed.getTime() === 0 || !hasMissed(now, renewed, Math.max(pollSeconds, ndbcPeriodSeconds))) return null;
  return { code: "ndbc_silent", since: renewed.toISOString() };
}

/** Returns whether NDBC has answered none of the last three polls. */
export function isUnanswered(now: Date, lastPoll: Date, pollSeconds: number | null): boolean {
  return hasMissed(now, lastPoll, Math.max(pollSeconds ?? ndbcPeriodSeconds, minPollSeconds));
}

function hasMissed(now: Date, last: Date, periodSeconds: number): boolean {
  return now.getTime() - last.getTime() >= missedPeriods * periodSeconds * 1_000;
}

/** Returns a time in Unix milliseconds; 0 if it is unknown. */
function timeOf(time: Date | null): number {
  return time?.getTime() || 0;
}
