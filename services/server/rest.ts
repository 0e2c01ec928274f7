import { type Context, Hono } from "hono";
import { version } from "../../package.json" with { type: "json" };
import { type StoredObservation, stationIdPattern } from "../../shared/measurements.ts";
import { encodeMessage } from "../../shared/observation.ts";
import type { Sql } from "../../shared/sql.ts";
import { computeMedians, endOfStep, type Steps, standsMinutes } from "./medians.ts";
import { parseMinutes, parseTime } from "./parameters.ts";
import { badParameter, ProblemError } from "./problem.ts";
import {
  readConditions,
  readHistory,
  readLatest,
  readSeries,
  readStation,
  readStations,
  readStatus,
} from "./queries.ts";
import { parseFilter } from "./sse/filter.ts";

const hourMs = 60 * 60_000;
const maxLimit = 10_000;
const defaultLimit = 1_000;

const longestWithinHours = 48;
const defaultWithinMinutes = 3 * 60;

const longestStepHours = 6;
const defaultStepMinutes = 10;
const maxSteps = 1_000;
const longestMedianHours = 48;
const defaultMedianHours = 24;
/** They move slowly, and take longer to compute than anything else here. */
const mediansMaxAgeSeconds = 60;

/** The REST half of the API: what a listener missed, and who the stations are. */
export function restRoutes(sql: Sql): Hono {
  const routes = new Hono();

  routes.get("/observations/latest", async (c) => {
    const { lastEventId, observations } = await readLatest(sql);
    return json(c, `{"lastEventId":"${lastEventId}","observations":${encodeAll(observations)}}`);
  });

  routes.get("/observations/by-station/:stationId", async (c) => {
    const stationId = parseStationId(c.req.param("stationId"));
    const span = {
      since: parseOptional(c, "since", parseTime),
      until: parseOptional(c, "until", parseTime),
      limit: parseOptional(c, "limit", parseLimit) ?? defaultLimit,
    };
    const observations = await readHistory(sql, stationId, span);
    if (observations === null) throw unknownStation(stationId);
    return json(c, `{"stationId":"${stationId}","observations":${encodeAll(observations)}}`);
  });

  routes.get("/conditions", async (c) => {
    const parseWithin = (name: string, text: string) => parseMinutes(name, text, longestWithinHours);
    const withinMinutes = parseOptional(c, "within", parseWithin) ?? defaultWithinMinutes;
    const filter = parseFilter(c.req.query("stations"), c.req.query("bbox"));
    return c.json(await readConditions(sql, new Date(Date.now() - withinMinutes * 60_000), filter));
  });

  routes.get("/medians", async (c) => {
    const filter = parseFilter(c.req.query("stations"), c.req.query("bbox"));
    const steps = parseSteps(c);
    const after = new Date(endOfStep(steps, 1).getTime() - standsMinutes * 60_000);
    const series = await readSeries(sql, after, endOfStep(steps, steps.count), filter);
    const medians = await computeMedians(series, steps);
    c.header("Cache-Control", `public, max-age=${mediansMaxAgeSeconds}`);
    return c.json({ stepMinutes: steps.minutes, medians });
  });

  routes.get("/stations", async (c) => c.json({ stations: await readStations(sql) }));

  routes.get("/stations/:stationId", async (c) => {
    const stationId = parseStationId(c.req.param("stationId"));
    const station = await readStation(sql, stationId);
    if (station === null) throw unknownStation(stationId);
    return c.json(station);
  });

  routes.get("/status", async (c) => c.json({ version, ...(await readStatus(sql)) }));

  return routes;
}

/** Observations in the very form in which they are published, so that a client needs one decoder only. */
function encodeAll(observations: StoredObservation[]): string {
  return `[${observations.map(encodeMessage).join(",")}]`;
}

function json(c: Context, text: string): Response {
  return c.body(text, 200, { "Content-Type": "application/json" });
}

function parseOptional<T>(c: Context, name: string, parse: (name: string, text: string) => T): T | null {
  const text = c.req.query(name);
  return text === undefined ? null : parse(name, text);
}

function parseLimit(name: string, text: string): number {
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > maxLimit) throw badParameter(name, `"${text}" is not a whole number from 1 to ${maxLimit}`);
  return limit;
}

/** The steps of `?since=`, `?until=` and `?step=`, by default those of the past day. @throws {ProblemError} 400 */
function parseSteps(c: Context): Steps {
  const minutes =
    parseOptional(c, "step", (name, text) => parseMinutes(name, text, longestStepHours)) ?? defaultStepMinutes;
  const untilMs = wholeSeconds(parseOptional(c, "until", parseTime) ?? new Date());
  const asked = parseOptional(c, "since", parseTime);
  const sinceMs = asked === null ? untilMs - defaultMedianHours * hourMs : wholeSeconds(asked);
  if (sinceMs >= untilMs) throw badParameter("since", "must be earlier than until, which is now by default");
  if (untilMs - sinceMs > longestMedianHours * hourMs) {
    throw badParameter("since", `lies more than ${longestMedianHours} hours before until`);
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

function parseStationId(text: string): string {
  const stationId = text.toUpperCase();
  if (stationIdPattern.test(stationId)) return stationId;
  throw badParameter("stationId", `"${text}" is not a station id: 4 to 10 letters and digits, like 44009`);
}

function unknownStation(stationId: string): ProblemError {
  return new ProblemError(404, `no station ${stationId} is known`, { stationId });
}
