// Requests to the server: one function for each endpoint that clients use.

import type { ObservationMessage } from "../observation.ts";
import {
  type Batch,
  type BoundingBox,
  eventIdOf,
  isObservation,
  isRecord,
  isStation,
  type Json,
  type MedianFrame,
  readBatch,
  readConditions,
  readEach,
  readMedians,
  readStatus,
  type Sent,
  type Snapshot,
  type Station,
  type Status,
} from "./answers.ts";
import { cachedAtHeader } from "./cached-at.ts";
import { ConnectionError, noServer, RefusedError, UnreachableError } from "./errors.ts";

/** Time span of the snapshot: as far as the player can replay. */
const snapshotWithin = "24h";
/** Max observations of a history: a station that reports every six minutes has fewer in two days. */
const historyLimit = 1_000;

/**
 * Loads the latest values of stations within 24 hours.
 * @param filter `stations` and `bbox` as in a URL; empty: all stations
 * @throws {RefusedError} if the server refuses
 * @throws {UnreachableError} if the server is unreachable
 */
export async function loadConditions(server: string, filter: string, signal: AbortSignal): Promise<Snapshot> {
  const query = [`within=${snapshotWithin}`, filter].filter(Boolean).join("&");
  const { body, sent } = await load(`${server}/v1/conditions?${query}`, signal);
  return { lastEventId: eventIdOf(body), conditions: readEach(body.conditions, readConditions), ...sent };
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
  const { body, sent } = await load(`${server}/v1/batches`, signal);
  if (sent.cachedAtMs !== null) return [];
  return readEach(body.batches, (batch) => readBatch(batch, Date.parse(String(body.now)))).toReversed();
}

/** Loads the state of the network and of the polls. @throws as {@link loadConditions} */
export async function loadStatus(server: string, signal: AbortSignal): Promise<Status> {
  const { body, sent } = await load(`${server}/v1/status`, signal);
  return { ...readStatus(body), ...sent };
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
 * @throws {UnreachableError} if the server is unreachable
 */
export async function askWhyRefused(url: string, signal: AbortSignal): Promise<Error> {
  const response = await fetch(url, { signal }).catch(unreachable);
  if (!response.ok) return refusalOf(response);
  void response.body?.cancel();
  return response.headers.get("Content-Type")?.startsWith("text/event-stream")
    ? new ConnectionError("interrupted")
    : noServer();
}

/** Statuses of a proxy whose server is down. */
const serverAway = [502, 504];

async function load(
  url: string,
  signal: AbortSignal,
  cache: RequestCache = "default",
): Promise<{ body: Json; sent: Sent }> {
  const response = await fetch(url, { signal, cache }).catch(unreachable);
  if (!response.ok) throw await refusalOf(response);
  const body: unknown = await response.json().catch(nullIfNoJson);
  if (!isRecord(body)) throw noServer();
  const cachedAt = response.headers.get(cachedAtHeader);
  if (cachedAt !== null) return { body, sent: { cachedAtMs: Date.parse(cachedAt), sentAtMs: null } };
  return { body, sent: { cachedAtMs: null, sentAtMs: dateOf(response) } };
}

/** Rejects in place of a failed fetch. @throws {UnreachableError} in place of a TypeError, which says little */
function unreachable(error: unknown): never {
  throw error instanceof TypeError ? new UnreachableError({ cause: error }) : error;
}

/** Returns `null` for invalid JSON. @throws {UnreachableError} after a broken connection */
function nullIfNoJson(error: unknown): null {
  return error instanceof SyntaxError ? null : unreachable(error);
}

/**
 * Returns the reason from a problem document (RFC 9457), or the bare status. 502 and 504 are not refusals: the proxy
 * cannot reach the server.
 */
async function refusalOf(response: Response): Promise<ConnectionError> {
  const { status } = response;
  if (serverAway.includes(status)) return new UnreachableError();
  const problem: unknown = await response.json().catch(() => null);
  // A host without a bellbuoy server.
  if (status === 404 && !isRecord(problem)) return noServer();
  const { detail, title } = isRecord(problem) ? problem : {};
  const reason = [detail, title].find((text) => typeof text === "string");
  const askedMs = retryAfterMs(response);
  return reason === undefined ? new RefusedError(`${status}`, askedMs, "status") : new RefusedError(reason, askedMs);
}

/** Returns `Retry-After` in ms, from seconds or from a date, which is read against the time of the same answer. */
function retryAfterMs(response: Response): number | null {
  const header = response.headers.get("Retry-After") ?? "";
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - (dateOf(response) ?? Number.NaN);
  return Number.isNaN(waitMs) ? null : waitMs;
}

/** Returns the time at which the server sent an answer; `null` if the client cannot read it. */
function dateOf({ headers }: Response): number | null {
  return Date.parse(headers.get("Date") ?? "") || null;
}
