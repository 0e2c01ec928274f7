import { z } from "zod";
import type { Clock } from "../../../shared/clock.ts";
import { badParameter } from "../http/problem.ts";
import { createRecentAnswers, type RecentAnswers } from "../recent-answers.ts";
import { medianStep, medians } from "./answers.ts";
import { computeMedians, endOfStep, type Medians, type Steps, standsMinutes } from "./compute-medians.ts";
import { endpoint } from "./endpoint.ts";
import { csvHeader, csvLines, mediansTable } from "./formats/csv.ts";
import { createOneAtATime } from "./one-at-a-time.ts";
import { bboxParameter, sinceParameter, spanParameter, stationsParameter, untilParameter } from "./parameters.ts";
import { readSeries } from "./queries.ts";

const hourMs = 60 * 60_000;
const longestStepHours = 6;
const maxSteps = 1_000;
const longestHours = 48;
const usualHours = 24;
/** They move slowly, and take longer to compute than anything else here. */
const maxAgeSeconds = 60;
/** Of at most {@link maxSteps} steps each, a few hundred kB. */
const mostRecent = 16;

/** Whoever opens the past of the network asks the same: one computation serves all of them, and others wait for it. */
export function createRecentMedians(clock: Clock): RecentAnswers<Medians[]> {
  const recent = createRecentAnswers<Medians[]>(maxAgeSeconds * 1_000, mostRecent, clock);
  const oneAtATime = createOneAtATime(mostRecent);
  return { share: (question, compute) => recent.share(question, () => oneAtATime(compute)) };
}

/** `/v1/medians` */
export const mediansEndpoint = endpoint({
  path: "/v1/medians",
  summary: "The past of the network in steps",
  description: `Each step is the median of what the stations measured last within the hour before its end; of the wind's direction, that of the vectors' sum, without calms, which have none. By default the past ${usualHours} hours, at most ${longestHours} hours and ${maxSteps} steps.`,
  queryParameters: z.strictObject({
    since: sinceParameter.optional(),
    until: untilParameter.optional(),
    step: spanParameter(longestStepHours, "10m", "How long a step is."),
    stations: stationsParameter.optional(),
    bbox: bboxParameter.optional(),
  }),
  maxAgeSeconds,
  read: async ({ sql, recentMedians }, { since = null, until = null, step, stations = null, bbox = null }) => {
    // First of all: a question that makes no sense is refused at once, and waits for no other.
    const steps = stepsOf(since, until, step);
    const question = JSON.stringify({ since, until, step, stations: stations && [...stations].sort(), bbox });
    const medians = await recentMedians.share(question, async () => {
      const after = new Date(endOfStep(steps, 1).getTime() - standsMinutes * 60_000);
      const series = await readSeries(sql, after, endOfStep(steps, steps.count), { stations, bbox });
      return computeMedians(series, steps);
    });
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
  if (untilMs - sinceMs > longestHours * hourMs) {
    throw badParameter("since", `lies more than ${longestHours} hours before until`);
  }
  const count = Math.floor((untilMs - sinceMs) / (minutes * 60_000));
  if (count < 1) throw badParameter("step", `${minutes}m is longer than the time from since to until`);
  if (count > maxSteps) {
    throw badParameter("step", `${minutes}m makes ${count} steps from since to until, at most ${maxSteps} are allowed`);
  }
  return { since: new Date(sinceMs), minutes, count };
}

/** Times are told to the second. */
function wholeSeconds(time: Date): number {
  return Math.floor(time.getTime() / 1000) * 1000;
}
