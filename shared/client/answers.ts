// Types of the server's answers, and hand-written checks for them. They mirror the server's schemas: the schema library
// alone would be half of the page's weight.

import {
  coreMeasurements,
  eventIdPattern,
  extraMeasurements,
  type Measurement,
  type MedianMeasurement,
  measurements,
  medianMeasurements,
  stationIdPattern,
} from "../measurements.ts";
import type { ObservationMessage } from "../observation.ts";
import { type Outage, outageCodes } from "../outage.ts";
import { recordOf } from "../record-of.ts";
import { type Station, stationNumbers, stationTexts } from "../station.ts";
import { noServer } from "./errors.ts";

/** A value and its measurement time, in Unix milliseconds. */
type Measured = { value: number; atMs: number };

/** A station's latest value of each field; fields never measured are absent. */
export type Conditions = { stationId: string; fields: Partial<Record<Measurement, Measured>> };

/** All stations' latest values, and the event id from which a stream continues without a gap. */
export type Snapshot = { lastEventId: string; conditions: Conditions[] } & Sent;

/** When a cached answer was received, of `Date.now()`; `null` for a fresh answer. */
export type CachedAt = number | null;

/** When an answer was sent. */
export type Sent = {
  /** The server's time, in Unix milliseconds; `null`: unknown, or a cached answer. */
  sentAtMs: number | null;
  cachedAtMs: CachedAt;
};

/** A station, as the server describes it. */
export type { Station };

/**
 * Medians over many stations at one time. `stations` counts those with a measurement; `null` means that no station
 * measured the field.
 */
export type MedianFrame = { atMs: number; stations: number } & Record<MedianMeasurement, number | null>;

/** West, south, east and north in degrees; `west > east` spans the date line. */
export type BoundingBox = readonly [west: number, south: number, east: number, north: number];

/** State of the network and of the polls. */
export type Status = {
  version: string;
  /** Time of NDBC's last answer, RFC 3339; `null` before the first one. */
  lastPoll: string | null;
  /** Seconds between two polls; `null` if the server does not send it. */
  pollSeconds: number | null;
  /** Start of the last poll, answered or not, RFC 3339; `null` before the first one. */
  lastPollBegun: string | null;
  /** Whether the workers have stopped polling NDBC. */
  pollsStopped: boolean;
  /** Why no new reports arrive; `null` if they do, or if the server is older than this field. */
  outage: Outage | null;
  /** Last-Modified of NDBC's newest file: an HTTP date. */
  ndbcLastModified: string | null;
  /** Stations with an observation in the last three hours. */
  stationsReporting: number;
  simulated: boolean;
  /** The newest stored event. */
  lastEventId: string;
  /** What the operator should know, in words; absent if the server is older. */
  warnings?: string[];
} & Sent;

/** Reports that arrived together: time since then, in ms, and the stations. */
export type Batch = { ageMs: number; stations: string[] };

/** An unchecked JSON object. */
export type Json = Record<string, unknown>;

/**
 * Parses the data of an `observation` event.
 * @returns `null`, after a console warning, if it does not match `observationMessageSchema`
 */
export function parseObservation(data: string): ObservationMessage | null {
  try {
    const value: unknown = JSON.parse(data);
    if (isRecord(value) && isObservation(value)) return value;
  } catch {
    // The warning below also covers invalid JSON.
  }
  console.warn("ignored an invalid message:", data);
  return null;
}

/** Returns the server's time, in Unix milliseconds, from the data of a `connection` event; `null` if it has none. */
export function readConnectionTime(data: string): number | null {
  try {
    return Date.parse(JSON.parse(data).timestamp) || null;
  } catch {
    return null;
  }
}

/** Reads a status answer. @throws {RefusedError} if it does not match */
export function readStatus(body: Json): Omit<Status, keyof Sent> {
  // Servers up to 0.1.0 do not send when a poll began,
  const { version, lastPoll, lastPollBegun = null, pollsStopped = false } = body;
  const { ndbcLastModified, stationsReporting, simulated } = body;
  // nor the time between polls.
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
  const polls = { lastPoll, pollSeconds, lastPollBegun, pollsStopped, outage: readOutage(body.outage) };
  const status = { version, ...polls, ndbcLastModified, stationsReporting, simulated, lastEventId };
  // Servers up to 0.1.0 send no warnings.
  if (!Array.isArray(body.warnings)) return status;
  const warnings = readEach(body.warnings, ({ reason }) => (typeof reason === "string" ? reason : null));
  return { ...status, warnings };
}

/** Reads an outage. @returns `null` if there is none, or if this client does not know its code */
function readOutage(value: unknown): Outage | null {
  if (!isRecord(value)) return null;
  const code = outageCodes.find((known) => known === value.code);
  return code === undefined ? null : { code, since: isTime(value.since) ? value.since : null };
}

/** Reads a list. Skips entries that do not match, with a console warning. @throws {RefusedError} if it is not a list */
export function readEach<T>(list: unknown, read: (value: Json) => T | null): T[] {
  if (!Array.isArray(list)) throw noServer();
  return list.flatMap((value: unknown) => {
    const found = isRecord(value) ? read(value) : null;
    if (found === null) console.warn("ignored an invalid entry:", value);
    return found ?? [];
  });
}

/** Reads one station's latest values. @returns `null` if they do not match */
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

/** Returns whether a value matches the station schema. */
export function isStation(value: Json): value is Station {
  return (
    isStationId(value.stationId) &&
    stationTexts.every((name) => isTextOrNull(value[name])) &&
    stationNumbers.every((name) => isNumberOrNull(value[name]))
  );
}

/** Reads one batch. @param nowMs the time of the answer, in Unix milliseconds @returns `null` if it does not match */
export function readBatch({ arrivedAt, stations }: Json, nowMs: number): Batch | null {
  const ageMs = nowMs - Date.parse(String(arrivedAt));
  if (Number.isNaN(ageMs) || !Array.isArray(stations) || !stations.every(isStationId)) return null;
  return { ageMs: Math.max(0, ageMs), stations };
}

/** Reads the medians of one time. @returns `null` if they do not match */
export function readMedians(value: Json): MedianFrame | null {
  const { at, stations } = value;
  if (!isTime(at) || !isCount(stations) || !medianMeasurements.every((name) => isNumberOrNull(value[name])))
    return null;
  const medians = recordOf(medianMeasurements, (name) => (isNumber(value[name]) ? value[name] : null));
  return { atMs: Date.parse(at), stations, ...medians };
}

/** Returns whether a value matches the observation schema. */
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

/** Reads the event id up to which an answer is complete. @throws {RefusedError} if it is missing */
export function eventIdOf({ lastEventId }: Json): string {
  if (!isEventId(lastEventId)) throw noServer();
  return lastEventId;
}

/** Returns whether a value is a JSON object. */
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

/**
 * Returns whether a value is a time in the contract's format, in whole seconds. Invalid dates fail, because they print
 * as another date.
 */
function isTime(value: unknown): value is string {
  if (typeof value !== "string" || !/^\d{4}-.*\.000Z$/.test(value)) return false;
  const atMs = Date.parse(value);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString() === value;
}
