// /v1/medians

import { z } from "zod";
import type { Clock } from "../../../shared/clock.ts";
import type { Sql } from "../../../shared/database/sql.ts";
import { medianMeasurements } from "../../../shared/measurements.ts";
import {
  answerTimeoutMs,
  maxMedianHours,
  maxMedianQuestions,
  maxMedianStepHours,
  maxMedianSteps,
} from "../http/limits.ts";
import { badParameter } from "../http/problem.ts";
import { createKeyedQueue, type KeyedQueue } from "../keyed-queue.ts";
import { type Filter, restrict } from "../store/filter.ts";
import { listed } from "../store/listed.ts";
import { medianStep, medians } from "./answers.ts";
import { computeMedians, endOfStep, type Medians, type Series, type Steps, standsMinutes } from "./compute-medians.ts";
import { endpoint } from "./endpoint.ts";
import { csvHeader, csvLines, mediansTable } from "./formats/csv.ts";
import { bboxParameter, sinceParameter, spanParameter, stationsParameter, untilParameter } from "./parameters.ts";

const hourMs = 60 * 60_000;
const usualHours = 24;
/** They move slowly, and take longer to compute than anything else here. */
const maxAgeSeconds = 60;

/**
 * Makes the queue of the medians, which all clients share: each that opens the past of the network asks the same. One is
 * computed at a time, so that questions keep no more than one connection of the database busy.
 */
export function createMediansQueue(clock: Clock): KeyedQueue<Medians[]> {
  const limits = { keepMs: maxAgeSeconds * 1_000, maxKept: maxMedianQuestions, maxRunning: 1 };
  return createKeyedQueue({ ...limits, maxPending: maxMedianQuestions, deadlineMs: answerTimeoutMs }, clock);
}

/** `/v1/medians` */
export const mediansEndpoint = endpoint({
  path: "/v1/medians",
  summary: "The past of the network in steps",
  description: `Each step is the median of what the stations measured last within the hour before its end; of the wind's direction, that of the vectors' sum, without calms, which have none. By default the past ${usualHours} hours, at most ${maxMedianHours} hours and ${maxMedianSteps} steps.`,
  queryParameters: z.strictObject({
    since: sinceParameter.optional(),
    until: untilParameter.optional(),
    step: spanParameter(maxMedianStepHours, "10m", "How long a step is."),
    stations: stationsParameter.optional(),
    bbox: bboxParameter.optional(),
  }),
  maxAgeSeconds,
  read: async (parts, { since = null, until = null, step, stations = null, bbox = null }, { signal }) => {
    // First, so that a question that makes no sense is refused at once.
    const steps = stepsOf(since, until, step);
    const question = JSON.stringify({ since, until, step, stations: stations && [...stations].sort(), bbox });
    const compute = async () => {
      const after = new Date(endOfStep(steps, 1).getTime() - standsMinutes * 60_000);
      const series = await readSeries(parts.sql, after, endOfStep(steps, steps.count), { stations, bbox });
      return computeMedians(series, steps);
    };
    const medians = await parts.medians.ask(question, compute, signal);
    return { stepMinutes: steps.minutes, medians };
  },
  formats: {
    json: { shape: { body: medians }, write: (answer) => JSON.stringify(answer) },
    csv: {
      shape: { columns: mediansTable.columns },
      write: ({ medians }) => csvHeader(mediansTable) + csvLines(mediansTable, medians),
    },
    ndjson: {
      shape: { line: medianStep },
      write: ({ medians }) => medians.map((step) => `${JSON.stringify(step)}\n`).join(""),
    },
  },
});

/** The steps between two times, by default those of the past day. @throws {ProblemError} 400 */
function stepsOf(since: Date | null, until: Date | null, minutes: number): Steps {
  const untilMs = wholeSeconds(until ?? new Date());
  const sinceMs = since === null ? untilMs - usualHours * hourMs : wholeSeconds(since);
  if (sinceMs >= untilMs) throw badParameter("since", "must be earlier than until, which is now by default");
  if (untilMs - sinceMs > maxMedianHours * hourMs) {
    throw badParameter("since", `lies more than ${maxMedianHours} hours before until`);
  }
  const count = Math.floor((untilMs - sinceMs) / (minutes * 60_000));
  if (count < 1) throw badParameter("step", `${minutes}m is longer than the time from since to until`);
  if (count > maxMedianSteps) {
    throw badParameter(
      "step",
      `${minutes}m makes ${count} steps from since to until, at most ${maxMedianSteps} are allowed`,
    );
  }
  return { since: new Date(sinceMs), minutes, count };
}

/** Rounds down: times of medians are whole seconds. */
function wholeSeconds(time: Date): number {
  return Math.floor(time.getTime() / 1000) * 1000;
}

/** What each station measured after a time and up to another, as one series a station: thousands of rows are far slower. */
async function readSeries(sql: Sql, after: Date, upTo: Date, filter: Filter): Promise<Series[]> {
  const fields = medianMeasurements.map((name) => sql`json_agg(${sql(name)} order by observed_at) as ${sql(name)}`);
  return sql`
    select
      station_id,
      json_agg((extract(epoch from observed_at) * 1000)::bigint order by observed_at) as times_ms,
      ${listed(sql, fields)}
    from observations ${filter.bbox === null ? sql`` : sql`join stations using (station_id)`}
    where observed_at > ${notBeforeYearOne(after)} and observed_at <= ${notBeforeYearOne(upTo)} ${restrict(sql, filter)}
    group by station_id
  `;
}

/** The earliest time that PostgreSQL and ISO 8601 write alike: what follows in PostgreSQL's past is the year 1 BC. */
const earliest = new Date("0001-01-01T00:00:00Z");

/** Parameters are checked, but a time that is computed from one may be earlier than PostgreSQL can read. */
function notBeforeYearOne(time: Date): Date {
  return time < earliest ? earliest : time;
}
