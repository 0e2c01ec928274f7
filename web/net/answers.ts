// What a server's answers hold, and the checks that they do. The same by hand as the server's schemas, of which the library
// alone would be half of the page.

import {
  coreMeasurements,
  eventIdPattern,
  extraMeasurements,
  type Measurement,
  type MedianMeasurement,
  measurements,
  medianMeasurements,
  stationIdPattern,
} from "../../shared/measurements.ts";
import type { ObservationMessage } from "../../shared/observation.ts";
import { type Station, stationNumbers, stationTexts } from "../../shared/station.ts";

/** The server answered, but not with what was asked for. Its message is the server's own reason. */
export class RefusedError extends Error {
  override name = "RefusedError";
  constructor(
    reason: string,
    /** How long the server asks us to wait, `null` when it does not say. */
    readonly retryAfterMs: number | null,
  ) {
    super(reason);
  }
}

/** A value and when it was measured, in milliseconds of the Unix epoch. */
export type Measured = { value: number; atMs: number };

/** What a station measured last, field by field; a field that it did not measure is absent. */
export type Conditions = { stationId: string; fields: Partial<Record<Measurement, Measured>> };

/** What each station measured last, and the event id from which a stream goes on without a gap. */
export type Snapshot = { lastEventId: string; conditions: Conditions[]; cachedAtMs: CachedAt };

/** When an answer came from the server that now cannot be reached, of `Date.now()`; `null` for one of just now. */
export type CachedAt = number | null;

export type { Station };

/** The sea over many stations at one time; `stations` had measured something, `null` is "nobody measured it". */
export type MedianFrame = { atMs: number; stations: number } & Record<MedianMeasurement, number | null>;

/** West, south, east and north in degrees; `west > east` spans the date line. */
export type BoundingBox = readonly [west: number, south: number, east: number, north: number];

/** How the network and its reading stand. */
export type Status = {
  version: string;
  /** When NDBC last answered, `null` before the first time; RFC 3339. */
  lastPoll: string | null;
  /** Seconds between two polls; `null` where the server does not say. */
  pollSeconds: number | null;
  /** When a worker last began to ask NDBC, answered or not, `null` before the first time; RFC 3339. */
  lastPollBegun: string | null;
  /** Whether no worker asks NDBC any more. */
  pollsStopped: boolean;
  /** How old NDBC says its newest file is: an HTTP date. */
  ndbcLastModified: string | null;
  /** Stations with an observation of the last three hours. */
  stationsReporting: number;
  simulated: boolean;
  /** The newest event that is stored. */
  lastEventId: string;
  cachedAtMs: CachedAt;
};

/** A JSON object of which nothing is known yet. */
export type Json = Record<string, unknown>;

/** Returns the refusal of an answer that no bellbuoy server gives. */
export function noServer(): RefusedError {
  return new RefusedError("what answers there is not a bellbuoy server", null);
}

/**
 * Reads the data of an `observation` event.
 * @returns `null`, and says so in the console, when it does not fit the contract, which `observationMessageSchema` describes
 */
export function parseObservation(data: string): ObservationMessage | null {
  try {
    const value: unknown = JSON.parse(data);
    if (isRecord(value) && isObservation(value)) return value;
  } catch {
    // Told below, like whatever else does not fit.
  }
  console.warn("ignored what does not fit:", data);
  return null;
}

/** Reads how the network stands. @throws {RefusedError} when it is no such answer */
export function readStatus(body: Json): Omit<Status, "cachedAtMs"> {
  // Servers up to 0.1.0 do not know when a poll began.
  const { version, lastPoll, lastPollBegun = null, pollsStopped = false } = body;
  const { ndbcLastModified, stationsReporting, simulated } = body;
  // Nor how far apart polls are.
  const pollSeconds = isNumber(body.pollSeconds) ? body.pollSeconds : null;
  if (
    typeof version !== "string" ||
    !isTextOrNull(lastPoll) ||
    !isTextOrNull(lastPollBegun) ||
    typeof pollsStopped !== "boolean" ||
    !isTextOrNull(ndbcLastModified) ||
    !isCount(stationsReporting) ||
    typeof simulated !== "boolean"
  ) {
    throw noServer();
  }
  const lastEventId = eventIdOf(body);
  const polls = { lastPoll, pollSeconds, lastPollBegun, pollsStopped };
  return { version, ...polls, ndbcLastModified, stationsReporting, simulated, lastEventId };
}

/** Reads a list; what in it does not fit is left out, with a word in the console. @throws {RefusedError} when it is none */
export function readEach<T>(list: unknown, read: (value: Json) => T | null): T[] {
  if (!Array.isArray(list)) throw noServer();
  return list.flatMap((value: unknown) => {
    const found = isRecord(value) ? read(value) : null;
    if (found === null) console.warn("ignored what does not fit:", value);
    return found ?? [];
  });
}

/** Reads what one station measured last. @returns `null` when it does not fit */
export function readConditions(value: Json): Conditions | null {
  const { stationId } = value;
  if (!isStationId(stationId)) return null;
  const fields: Conditions["fields"] = {};
  for (const name of measurements) {
    const measured = value[name];
    if (measured === null || measured === undefined) continue;
    if (!isRecord(measured) || !isNumber(measured.value) || !isTime(measured.at)) return null;
    fields[name] = { value: measured.value, atMs: Date.parse(measured.at) };
  }
  return { stationId, fields };
}

/** Returns whether this says who a station is. */
export function isStation(value: Json): value is Station {
  return (
    isStationId(value.stationId) &&
    stationTexts.every((name) => isTextOrNull(value[name])) &&
    stationNumbers.every((name) => isNumberOrNull(value[name]))
  );
}

/** Reads the sea over many stations at one time. @returns `null` when it does not fit */
export function readMedians(value: Json): MedianFrame | null {
  const { at, stations } = value;
  if (!isTime(at) || !isCount(stations) || !medianMeasurements.every((name) => isNumberOrNull(value[name])))
    return null;
  const medians = Object.fromEntries(medianMeasurements.map((name) => [name, value[name]]));
  return { atMs: Date.parse(at), stations, ...(medians as Record<MedianMeasurement, number | null>) };
}

/** Returns whether this is an observation as the contract has it. */
export function isObservation(value: Json): value is ObservationMessage {
  const { stationId, timestamp, eventId } = value;
  return (
    isStationId(stationId) &&
    isTime(timestamp) &&
    coreMeasurements.every((name) => isNumberOrNull(value[name])) &&
    extraMeasurements.every((name) => value[name] === undefined || isNumber(value[name])) &&
    (eventId === undefined || isEventId(eventId))
  );
}

/** Reads up to which event an answer knows all. @throws {RefusedError} when it does not say */
export function eventIdOf({ lastEventId }: Json): string {
  if (!isEventId(lastEventId)) throw noServer();
  return lastEventId;
}

/** Returns whether this is a JSON object. */
export function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isNumberOrNull(value: unknown): value is number | null {
  return value === null || isNumber(value);
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}

function isStationId(value: unknown): value is string {
  return typeof value === "string" && stationIdPattern.test(value);
}

function isEventId(value: unknown): value is string {
  return typeof value === "string" && eventIdPattern.test(value);
}

/** A whole second in the one form in which the contract writes it; a day that no calendar has comes out as another. */
function isTime(value: unknown): value is string {
  if (typeof value !== "string" || !/^\d{4}-.*\.000Z$/.test(value)) return false;
  const atMs = Date.parse(value);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString() === value;
}
