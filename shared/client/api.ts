// Requests to the server: one function for each endpoint that the page uses.

import type { ObservationMessage } from "../observation.ts";
import {
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
  readConditions,
  readEach,
  readMedians,
  readStatus,
  type Snapshot,
  type Station,
  type Status,
  UnreachableError,
} from "./answers.ts";
import { cachedAtHeader } from "./cached-at.ts";

/** Time span of the snapshot: as far as the player can replay. */
const snapshotWithin = "24h";
/** Max observations of a history: a station that reports every six minutes has fewer in two days. */
const historyLimit = 1_000;

/**
 * Loads the latest values of stations within 24 hours.
 * @param filter `stations` and `bbox` as in a URL; empty: all stations
 * @throws {RefusedError} if the server refuses
 * @throws {UnreachableError} if it does not answer
 */
export async function loadConditions(server: string, filter: string, signal: AbortSignal): Promise<Snapshot> {
  const query = [`within=${snapshotWithin}`, filter].filter(Boolean).join("&");
  const { body, cachedAtMs } = await load(`${server}/v1/conditions?${query}`, signal);
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

/** Loads the state of the network and of the polls. @throws as {@link loadConditions} */
export async function loadStatus(server: string, signal: AbortSignal): Promise<Status> {
  const { body, cachedAtMs } = await load(`${server}/v1/status`, signal);
  return { ...readStatus(body), cachedAtMs };
}

/**
 * Returns the URL of a stream.
 * @param query filters and `since` as in a URL
 * @param lastEventId the event to continue after; `null`: continue as `query` says
 */
export function streamUrl(server: string, query: string, lastEventId: string | null): string {
  const resume = lastEventId === null ? "" : `lastEventId=${lastEventId}`;
  return `${server}/v1/observations/stream?${[query, resume].filter(Boolean).join("&")}`;
}

/**
 * Requests the stream again to learn why it was refused: an EventSource does not report the reason.
 * @throws {UnreachableError} if the server does not answer
 */
export async function askWhyRefused(url: string, signal: AbortSignal): Promise<Error> {
  const response = await fetch(url, { signal }).catch(asUnreachable);
  if (!response.ok) return refusalOf(response);
  await response.body?.cancel();
  return response.headers.get("Content-Type")?.startsWith("text/event-stream")
    ? new Error("the stream was interrupted")
    : noServer();
}

/** Statuses of a proxy whose server is down. */
const serverAway = [502, 504];

async function load(
  url: string,
  signal: AbortSignal,
  cache: RequestCache = "default",
): Promise<{ body: Json; cachedAtMs: CachedAt }> {
  const response = await fetch(url, { signal, cache }).catch(asUnreachable);
  if (!response.ok) throw await refusalOf(response);
  const body: unknown = await response.json().catch(nullIfNoJson);
  if (!isRecord(body)) throw noServer();
  const cachedAt = response.headers.get(cachedAtHeader);
  return { body, cachedAtMs: cachedAt === null ? null : Date.parse(cachedAt) };
}

/**
 * Returns `null` for invalid JSON.
 * @throws any other error, e.g. of a broken connection, which says nothing about the server
 */
function nullIfNoJson(error: unknown): null {
  if (error instanceof SyntaxError) return null;
  return asUnreachable(error);
}

/** Throws the error of a fetch. Messages of a failed one differ between browsers and say little. */
function asUnreachable(error: unknown): never {
  throw error instanceof TypeError ? new UnreachableError(undefined, { cause: error }) : error;
}

/**
 * Returns the reason from a problem document (RFC 9457), or the bare status. 502 and 504 are not refusals: the proxy
 * cannot reach the server.
 */
async function refusalOf(response: Response): Promise<RefusedError | UnreachableError> {
  if (serverAway.includes(response.status)) return new UnreachableError();
  const problem: unknown = await response.json().catch(() => null);
  const { detail, title } = isRecord(problem) ? problem : {};
  const reason = [detail, title, `status ${response.status}`].find((text) => typeof text === "string");
  return new RefusedError(String(reason), retryAfterMs(response.headers));
}

/** Parses `Retry-After` in both of its forms, seconds or a date. A date is of the server's clock. */
function retryAfterMs(headers: Headers): number | null {
  const header = headers.get("Retry-After");
  if (header === null) return null;
  const serverMs = Date.parse(headers.get("Date") ?? "") || Date.now();
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - serverMs;
  return Number.isNaN(waitMs) ? null : Math.max(0, waitMs);
}
