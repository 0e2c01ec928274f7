// Endpoint /v1/medians: the past of the network in time steps.

import { z } from "zod";
import type { Clock } from "../../../../shared/clock.ts";
import type { Transaction } from "../../../../shared/database/sql.ts";
import { medianMeasurements } from "../../../../shared/measurements.ts";
import {
  defaultMedianHours,
  maxMedianHours,
  maxMedianStepHours,
  maxMedianSteps,
  readRowsPerUnit,
} from "../../http/limits.ts";
import { badParameter } from "../../http/problem.ts";
import { commaList } from "../../store/comma-list.ts";
import { readDatabaseTime } from "../../store/database-time.ts";
import { ofStations, readStationIds } from "../../store/filter.ts";
import { createSharedAnswers, type SharedAnswers } from "../../store/shared-answers.ts";
import { medianStep, medians } from "../answers.ts";
import { endpoint } from "../endpoint.ts";
import { csvHeader, csvLines, mediansTable } from "../formats/csv.ts";
import { bboxParameter, sinceParameter, spanParameter, stationsParameter, untilParameter } from "../parameters.ts";
import { computeMedians, type Medians, type Series, type Steps } from "./compute-medians.ts";

const hourMs = 60 * 60_000;
/** Cache lifetime, in seconds. Medians change slowly and take longer to compute than any other answer. */
const maxAgeSeconds = 60;

/** Creates the shared answers of `/v1/medians`, since most clients ask for the same default span. */
export function createSharedMedians(clock: Clock): SharedAnswers<Medians[]> {
  return createSharedAnswers({ keepMs: maxAgeSeconds * 1_000, maxKept: 16 }, clock);
}

/** Endpoint `/v1/medians`. */
export const mediansEndpoint = endpoint({
  path: "/v1/medians",
  summary: "History of the whole network in time steps",
  description: `Each step is the median over stations of each station's last value within the hour before the end of the step. The wind direction is a vector mean without calms. The default span is the past ${defaultMedianHours} hours; the max is ${maxMedianHours} hours and ${maxMedianSteps} steps.`,
  queryParameters: z.strictObject({
    since: sinceParameter.optional(),
    until: untilParameter.optional(),
    step: spanParameter(maxMedianStepHours, "10m", "Length of a step."),
    stations: stationsParameter.optional(),
    bbox: bboxParameter.optional(),
  }),
  maxAgeSeconds,
  read: async (parts, { since = null, until = null, step, stations = null, bbox = null }, { asker }) => {
    // First, so that an invalid span is refused before it waits.
    const given = until && stepsOf(since, until, step);
    const question = JSON.stringify({ since, until, step, stations: stations && [...stations].sort(), bbox });
    const compute = (signal: AbortSignal) =>
      parts.questions.largest({ ...asker, signal }, async (tx, lost) => {
        const steps = given ?? stepsOf(since, await readDatabaseTime(tx), step);
        const stationIds = await readStationIds(tx, { stations, bbox });
        return computeMedians(async (after, upTo) => {
          lost.throwIfAborted();
          const series = await readSeries(tx, after, upTo, stationIds);
          asker.charge(series.reduce((rows, { timesMs }) => rows + timesMs.length, 0) / readRowsPerUnit);
          return series;
        }, steps);
      });
    const medians = await parts.medians.ask(question, compute, asker.signal);
    return { stepMinutes: step, medians };
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

/** Computes the steps up to a time, by default of the 24 hours before it. @throws {ProblemError} 400 */
function stepsOf(since: Date | null, until: Date, minutes: number): Steps {
  const untilMs = wholeSeconds(until);
  const sinceMs = since === null ? untilMs - defaultMedianHours * hourMs : wholeSeconds(since);
  if (sinceMs >= untilMs) throw badParameter("since", "must be earlier than until, which is now by default");
  if (untilMs - sinceMs > maxMedianHours * hourMs) {
    throw badParameter("since", `must be at most ${maxMedianHours} hours before until`);
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

/** Rounds down to whole seconds, in Unix ms. */
function wholeSeconds(time: Date): number {
  return Math.floor(time.getTime() / 1000) * 1000;
}

/**
 * Reads each station's measurements after one time and up to another. One JSON series per station is far faster than
 * thousands of rows.
 */
async function readSeries(tx: Transaction, after: Date, upTo: Date, stationIds: string[] | null): Promise<Series[]> {
  const fields = medianMeasurements.map((name) => tx`json_agg(${tx(name)} order by observed_at) as ${tx(name)}`);
  return tx`
    select
      station_id,
      json_agg((extract(epoch from observed_at) * 1000)::bigint order by observed_at) as times_ms,
      ${commaList(tx, fields)}
    from observations
    where observed_at > ${notBeforeYearOne(after)} and observed_at <= ${notBeforeYearOne(upTo)} ${ofStations(tx, stationIds)}
    group by station_id
  `;
}

/** Earliest time with the same text form in PostgreSQL and ISO 8601; before it, PostgreSQL writes years BC. */
const earliest = new Date("0001-01-01T00:00:00Z");

/** Clamps a time to {@link earliest}: a time computed from a valid parameter may be too early for PostgreSQL. */
function notBeforeYearOne(time: Date): Date {
  return time < earliest ? earliest : time;
}
