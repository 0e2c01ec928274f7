import { type Context, Hono } from "hono";
import { version } from "../../package.json" with { type: "json" };
import { encodeMessage, type StoredObservation, stationIdPattern } from "../../shared/observation.ts";
import type { Sql } from "../../shared/sql.ts";
import { parseTime } from "./parameters.ts";
import { badParameter, ProblemError } from "./problem.ts";
import { readHistory, readLatest, readStation, readStations, readStatus } from "./queries.ts";

const maxLimit = 10_000;
const defaultLimit = 1_000;

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

function parseStationId(text: string): string {
  const stationId = text.toUpperCase();
  if (stationIdPattern.test(stationId)) return stationId;
  throw badParameter("stationId", `"${text}" is not a station id: 4 to 10 letters and digits, like 44009`);
}

function unknownStation(stationId: string): ProblemError {
  return new ProblemError(404, `no station ${stationId} is known`, { stationId });
}
