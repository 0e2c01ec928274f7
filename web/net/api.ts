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
import { cachedAtHeader } from "./cached-at.ts";

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

/** How far back the snapshot reaches: as far as the page can replay. */
const snapshotWithin = "24h";
/** A station that reports every six minutes has fewer in two days. */
const historyLimit = 1_000;

/**
 * Loads what each station measured last within 24 hours.
 * @throws {RefusedError} when the server says no
 * @throws {TypeError} when it cannot be reached
 */
export async function loadConditions(server: string, signal: AbortSignal): Promise<Snapshot> {
  const { body, cachedAtMs } = await load(`${server}/v1/conditions?within=${snapshotWithin}`, signal);
  return { lastEventId: eventIdOf(body), conditions: readEach(body.conditions, readConditions), cachedAtMs };
}

/**
 * Loads who the stations are, as the server knows them now: whoever asks has met one that an answer of a minute ago, which
 * the browser may keep, would not name.
 * @throws as {@link loadConditions}
 */
export async function loadStations(server: string, signal: AbortSignal): Promise<Station[]> {
  const { body } = await load(`${server}/v1/stations`, signal, "no-cache");
  return readEach(body.stations, readStation);
}

/** Loads one station's observations since a time, oldest first. @throws as {@link loadConditions} */
export async function loadHistory(
  server: string,
  stationId: string,
  sinceMs: number,
  signal: AbortSignal,
): Promise<ObservationMessage[]> {
  const since = encodeURIComponent(new Date(sinceMs).toISOString());
  const path = `/v1/observations/by-station/${encodeURIComponent(stationId)}?since=${since}&limit=${historyLimit}`;
  const { body } = await load(server + path, signal);
  return readEach(body.observations, (value) => (isObservation(value) ? value : null));
}

/**
 * Loads the past day in steps of ten minutes, oldest first.
 * @param bbox of these stations alone; `null`: of all
 * @throws as {@link loadConditions}
 */
export async function loadMedians(
  server: string,
  { bbox }: { bbox: BoundingBox | null },
  signal: AbortSignal,
): Promise<MedianFrame[]> {
  const query = bbox === null ? "" : `?bbox=${bbox.join(",")}`;
  const { body } = await load(`${server}/v1/medians${query}`, signal);
  return readEach(body.medians, readMedians);
}

/** Loads how the network and its reading stand. @throws as {@link loadConditions} */
export async function loadStatus(server: string, signal: AbortSignal): Promise<Status> {
  const { body, cachedAtMs } = await load(`${server}/v1/status`, signal);
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
  return { version, ...polls, ndbcLastModified, stationsReporting, simulated, lastEventId, cachedAtMs };
}

/** The address of a stream of everything after an event. */
export function streamUrl(server: string, lastEventId: string): string {
  return `${server}/v1/observations/stream?lastEventId=${lastEventId}`;
}

/**
 * The data of an `observation` event; `null`, and a word in the console, when it does not fit the contract, which
 * `observationMessageSchema` describes. This is the same by hand: the schema's library would be half of the page.
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

/** Asks why a stream was refused, since an EventSource does not tell. @throws {TypeError} when the server cannot be reached */
export async function askWhyRefused(url: string, signal: AbortSignal): Promise<Error> {
  const enough = new AbortController();
  const response = await fetch(url, { signal: AbortSignal.any([signal, enough.signal]) });
  if (!response.ok) return refusalOf(response);
  enough.abort();
  return response.headers.get("Content-Type")?.startsWith("text/event-stream")
    ? new Error("the stream was cut off")
    : noServer();
}

/** What a proxy answers whose server is away. */
const serverAway = [502, 504];

type Json = Record<string, unknown>;

async function load(
  url: string,
  signal: AbortSignal,
  cache: RequestCache = "default",
): Promise<{ body: Json; cachedAtMs: CachedAt }> {
  const response = await fetch(url, { signal, cache });
  if (!response.ok) throw await refusalOf(response);
  const body: unknown = await response.json().catch(nullIfNoJson);
  if (!isRecord(body)) throw noServer();
  const cachedAt = response.headers.get(cachedAtHeader);
  return { body, cachedAtMs: cachedAt === null ? null : Date.parse(cachedAt) };
}

/** @throws what else went wrong: an answer that was cut off says nothing of who answered */
function nullIfNoJson(error: unknown): null {
  if (error instanceof SyntaxError) return null;
  throw error;
}

/** What a problem document (RFC 9457) says, or else the bare status. A proxy whose server is away has refused nothing. */
async function refusalOf(response: Response): Promise<RefusedError | TypeError> {
  if (serverAway.includes(response.status)) return new TypeError("the proxy cannot reach the server");
  const problem: unknown = await response.json().catch(() => null);
  const { detail, title } = isRecord(problem) ? problem : {};
  const reason = [detail, title, `status ${response.status}`].find((text) => typeof text === "string");
  return new RefusedError(String(reason), retryAfterMs(response.headers.get("Retry-After")));
}

function noServer(): RefusedError {
  return new RefusedError("what answers there is not a bellbuoy server", null);
}

/** `Retry-After` in both of its forms, seconds or a date. */
function retryAfterMs(header: string | null): number | null {
  if (header === null) return null;
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(waitMs) ? null : Math.max(0, waitMs);
}

/** Reads a list; what in it does not fit is left out, with a word in the console. */
function readEach<T>(list: unknown, read: (value: Json) => T | null): T[] {
  if (!Array.isArray(list)) throw noServer();
  return list.flatMap((value: unknown) => {
    const found = isRecord(value) ? read(value) : null;
    if (found === null) console.warn("ignored what does not fit:", value);
    return found ?? [];
  });
}

function readConditions(value: Json): Conditions | null {
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

function readStation(value: Json): Station | null {
  const fits =
    isStationId(value.stationId) &&
    stationTexts.every((name) => isTextOrNull(value[name])) &&
    stationNumbers.every((name) => isNumberOrNull(value[name]));
  return fits ? (value as Station) : null;
}

function readMedians(value: Json): MedianFrame | null {
  const { at, stations } = value;
  if (!isTime(at) || !isCount(stations) || !medianMeasurements.every((name) => isNumberOrNull(value[name])))
    return null;
  const medians = Object.fromEntries(medianMeasurements.map((name) => [name, value[name]]));
  return { atMs: Date.parse(at), stations, ...(medians as Record<MedianMeasurement, number | null>) };
}

function isObservation(value: Json): value is ObservationMessage {
  const { stationId, timestamp, eventId } = value;
  return (
    isStationId(stationId) &&
    isTime(timestamp) &&
    coreMeasurements.every((name) => isNumberOrNull(value[name])) &&
    extraMeasurements.every((name) => value[name] === undefined || isNumber(value[name])) &&
    (eventId === undefined || isEventId(eventId))
  );
}

function eventIdOf({ lastEventId }: Json): string {
  if (!isEventId(lastEventId)) throw noServer();
  return lastEventId;
}

function isRecord(value: unknown): value is Json {
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
