// What a person should know about this install: the same conditions as docs/monitoring/alerts.yaml, in words.

import { isUnanswered } from "./outage.ts";

/** One warning of `/v1/status`. */
export type Warning = {
  /** The alert in lower case with underscores: `never_polled`, `job_failing` … */
  code: string;
  reason: string;
};

/** The figures that warnings are computed from, all from PostgreSQL, also the time. */
export type WarningFigures = {
  now: Date;
  /** When the database was made. */
  since: Date | null;
  lastPoll: Date | null;
  pollSeconds: number | null;
  /** `Last-Modified` of NDBC's file. */
  ndbcModified: Date | null;
  newestObservation: Date | null;
  stationsReporting: number;
  /** Stations with an observation in the last 24 hours. */
  stationsOfDay: number;
  jobs: { job: string; since: Date; lastSuccess: Date | null; failingSince: Date | null; failure: string | null }[];
  rejectedRows: { reason: string; rows: number; example: string }[];
};

const minuteMs = 60_000;
/** Limits in ms, the same as in the alert rules. */
const limits = { neverPolled: 15 * minuteMs, silent: 40 * minuteMs, stuck: 120 * minuteMs, job: 26 * 60 * minuteMs };
/** Rows per day and reason above which a warning names them: 30 an hour, as in the alert rule. */
const manyRejectedRows = 24 * 30;

/** Returns the current warnings; none if all is well. */
export function warningsOf(figures: WarningFigures): Warning[] {
  return [...pollWarnings(figures), ...dataWarnings(figures), ...jobWarnings(figures)];
}

function pollWarnings({ now, since, lastPoll, pollSeconds }: WarningFigures): Warning[] {
  if (lastPoll === null) {
    if (since === null || now.getTime() - since.getTime() < limits.neverPolled) return [];
    return [{ code: "never_polled", reason: "NDBC has never answered this install" }];
  }
  if (!isUnanswered(now, lastPoll, pollSeconds)) return [];
  const ageMs = now.getTime() - lastPoll.getTime();
  return [{ code: "not_polling", reason: `NDBC has answered no poll for ${inWords(ageMs)}` }];
}

function dataWarnings({ now, ndbcModified, newestObservation, stationsReporting, stationsOfDay }: WarningFigures) {
  const warnings: Warning[] = [];
  const age = (time: Date | null) => (time === null ? 0 : now.getTime() - time.getTime());
  if (age(ndbcModified) > limits.silent) {
    warnings.push({ code: "ndbc_silent", reason: `NDBC's file is ${inWords(age(ndbcModified))} old` });
  }
  if (age(newestObservation) > limits.stuck) {
    warnings.push({ code: "file_stuck", reason: `the newest observation is ${inWords(age(newestObservation))} old` });
  }
  if (stationsReporting < stationsOfDay / 2) {
    const reason = `only ${stationsReporting} of the ${stationsOfDay} stations of the last day still report`;
    warnings.push({ code: "stations_lost", reason });
  }
  return warnings;
}

function jobWarnings({ now, jobs, rejectedRows }: WarningFigures): Warning[] {
  const failing = jobs
    .filter(({ job }) => job !== "poll")
    .map((job) => ({ ...job, ageMs: now.getTime() - (job.lastSuccess ?? job.since).getTime() }))
    .filter(({ ageMs }) => ageMs > limits.job)
    .map(({ job, ageMs, failure }) => {
      const cause = failure === null ? "" : `: ${failure}`;
      return { code: "job_failing", reason: `the job ${job} has not succeeded for ${inWords(ageMs)}${cause}` };
    });
  const rejected = rejectedRows
    .filter(({ rows }) => rows > manyRejectedRows)
    .map(({ reason, rows, example }) => ({
      code: "rows_rejected",
      reason: `${rows} rows were rejected since yesterday (${reason}), for example: ${example}`,
    }));
  return [...failing, ...rejected];
}

/** Returns a duration in its largest unit: `3 hours`. */
function inWords(milliseconds: number): string {
  const minutes = Math.round(milliseconds / minuteMs);
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
