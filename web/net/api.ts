// Requests to the server: one function for each endpoint that the page uses.

import type { ObservationMessage } from "../../shared/observation.ts";
import * as problemWords from "../words/english/problems.ts";
import { fill } from "../words/message.ts";
import {
  type Batch,
  type BoundingBox,
  type CachedAt,
  eventIdOf,
  isObservation,
  isRecord,
  isStation,
  type Json,
  type MedianFrame,
  noServer,
  RefusedError,
  readBatch,
  readConditions,
  readEach,
  readMedians,
  readStatus,
  type Snapshot,
  type Station,
  type Status,
} from "./answers.ts";
import { cachedAtHeader } from "./cached-at.ts";

/** Time span of the snapshot: as far as the page can replay. */
const snapshotWithin = "24h";
/** Max observations of a history: a station that reports every six minutes has fewer in two days. */
const historyLimit = 1_000;

/**
 * Loads the latest values of all stations within 24 hours.
 * @throws {RefusedError} if the server refuses
 * @throws {TypeError} if the server is unreachable
 */
export async function loadConditions(server: string, signal: AbortSignal): Promise<Snapshot> {
  const { body, cachedAtMs } = await load(`${server}/v1/conditions?within=${snapshotWithin}`, signal);
  return { lastEventId: eventIdOf(body), conditions: readEach(body.conditions, readConditions), cachedAtMs };
}

/**
 * Loads all stations, bypassing the HTTP cache: the page has seen a new station, and a cached answer would not contain
 * it.
 * @throws as {@link loadConditions}
 */
export async function loadStations(server: string, signal: AbortSignal): Promise<Station[]> {
  const { body } = await load(`${server}/v1/stations`, signal, "no-cache");
  return readEach(body.stations, (value) => (isStation(value) ? value : null));
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
 * @param bbox limits the medians to a region; `null`: all stations
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

/** Loads the batches of reports that arrived last, oldest first. @throws as {@link loadConditions} */
export async function loadBatches(server: string, signal: AbortSignal): Promise<Batch[]> {
  const { body, cachedAtMs } = await load(`${server}/v1/batches`, signal);
  if (cachedAtMs !== null) return [];
  return readEach(body.batches, (batch) => readBatch(batch, Date.parse(String(body.now)))).toReversed();
}

/** Loads the state of the network and of the polls. @throws as {@link loadConditions} */
export async function loadStatus(server: string, signal: AbortSignal): Promise<Status> {
  const { body, cachedAtMs } = await load(`${server}/v1/status`, signal);
  return { ...readStatus(body), cachedAtMs };
}

/** Returns the URL of a stream that continues after an event. */
export function streamUrl(server: string, lastEventId: string): string {
  return `${server}/v1/observations/stream?lastEventId=${lastEventId}`;
}

/**
 * Requests the stream again to learn why it was refused: an EventSource does not report the reason.
 * @throws {TypeError} if the server is unreachable
 */
export async function askWhyRefused(url: string, signal: AbortSignal): Promise<Error> {
  const enough = new AbortController();
  const response = await fetch(url, { signal: AbortSignal.any([signal, enough.signal]) });
  if (!response.ok) return refusalOf(response);
  enough.abort();
  return response.headers.get("Content-Type")?.startsWith("text/event-stream")
    ? new Error(problemWords.interrupted)
    : noServer();
}

/** Statuses of a proxy whose server is down. */
const serverAway = [502, 504];

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

/**
 * Returns `null` for invalid JSON.
 * @throws any other error, e.g. a broken connection, which says nothing about the server
 */
function nullIfNoJson(error: unknown): null {
  if (error instanceof SyntaxError) return null;
  throw error;
}

/**
 * Returns the reason from a problem document (RFC 9457), or the bare status. 502 and 504 are not refusals: the proxy
 * cannot reach the server.
 */
async function refusalOf(response: Response): Promise<RefusedError | TypeError> {
  if (serverAway.includes(response.status)) return new TypeError("the proxy cannot reach the server");
  const problem: unknown = await response.json().catch(() => null);
  const { detail, title } = isRecord(problem) ? problem : {};
  const reason = [detail, title, fill(problemWords.status, { status: response.status })].find(
    (text) => typeof text === "string",
  );
  return new RefusedError(String(reason), retryAfterMs(response.headers.get("Retry-After")));
}

/** Parses `Retry-After` in both of its forms, seconds or a date. */
function retryAfterMs(header: string | null): number | null {
  if (header === null) return null;
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(waitMs) ? null : Math.max(0, waitMs);
}
