// Fetches what the database lacks of the last hours: whole hours first, then stations' own files.

import { type Clock, pause, systemClock } from "../../shared/clock.ts";
import { describeError } from "../../shared/link.ts";
import type { Log } from "../../shared/log.ts";
import type { Observation } from "../../shared/measurements.ts";
import type { Sql } from "../../shared/sql.ts";
import {
  missingHours,
  rememberAllKnown,
  rememberFailure,
  rememberHours,
  rememberStation,
  stationsToRead,
} from "./coverage.ts";
import type { IdTransaction } from "./event-ids.ts";
import type { FileKind, LeftOutLog } from "./left-out.ts";
import { type Answer, type NdbcClient, UpstreamError } from "./ndbc/client.ts";
import { parseHourly } from "./ndbc/hourly.ts";
import { NotDataError } from "./ndbc/not-data.ts";
import { hourlyPath, realtimePath } from "./ndbc/paths.ts";
import { parseRealtime, parseSpec } from "./ndbc/realtime.ts";
import type { LeftOut, Parsed } from "./ndbc/table.ts";
import { type Extent, readFile, rememberFile, type StoreCounts, storeHistory } from "./store.ts";

/** What backfill works with. */
export type BackfillParts = {
  sql: Sql;
  ndbc: NdbcClient;
  /** How many hours back from the present one; 0: nothing at all. */
  hours: number;
  /** Those to keep, or `null` for all. */
  stations: Set<string> | null;
  /** Between any two requests: backfill is never urgent, and NDBC asks for restraint. */
  pauseMs: number;
  /** Called for each file that was stored. */
  stored: (rows: number, leftOut: LeftOut, counts: StoreCounts) => void;
  logLeftOut: LeftOutLog;
  log: Log;
  signal: AbortSignal;
  /** Gives ids above all that were published. */
  inIdTransaction: IdTransaction;
  clock?: Clock;
};

const hourMs = 3_600_000;
/** NDBC keeps the last 24 hours as one file an hour. */
const hourlyFiles = 24;
/** The latest rows that NDBC takes in are a little over three hours old; an hour is whole only after that. */
const lateRowsMs = 4 * hourMs;
/** One file may be broken; so many in a row mean that NDBC is, and is left alone until the next try. */
const maxFailuresInARow = 5;

/**
 * Fetches what the database lacks of the last hours: the poll sees the newest row of a station only, and nothing while no
 * worker runs. One file holds an hour of the whole network; what those do not give, each station's own file does.
 *
 * What was read is remembered by station and hour, so that more is fetched as soon as more is wanted. What it stores is
 * history and is sent to no listener, except where it changes an event.
 * @throws {Error} when a file could not be read; the others were
 */
export async function backfill(parts: BackfillParts): Promise<void> {
  if (parts.hours === 0) return;
  // A day goes back to the oldest of NDBC's hourly files only: the rest of it would take a file of each station.
  const hours = parts.hours === hourlyFiles ? hourlyFiles - 1 : parts.hours;
  const failures = countFailures();
  await backfillHours(parts, Math.min(hours, hourlyFiles - 1), failures);
  await backfillStations(parts, hours, failures);
  failures.throwIfAny();
}

/** NDBC's own time, since this machine's clock may be wrong. Before NDBC's first answer only the latter is known. */
function presentOf({ ndbc, clock = systemClock }: BackfillParts): Date {
  return new Date(ndbc.nowMs() ?? clock.now());
}

/** Counts requests for files that failed. */
type Failures = {
  /** The next failure is the first in a row. */
  served(): void;
  /** @throws {unknown} the error, when NDBC should be left alone */
  failed(error: NotDataError | UpstreamError): void;
  /** @throws {Error} when any file failed */
  throwIfAny(): void;
};

function countFailures(): Failures {
  let files = 0;
  let failed = 0;
  let inARow = 0;
  return {
    served() {
      files += 1;
      inARow = 0;
    },
    failed(error) {
      files += 1;
      failed += 1;
      inARow += 1;
      const isSentAway = error instanceof UpstreamError && error.retryAfterSeconds !== null;
      if (isSentAway || inARow === maxFailuresInARow) throw error;
    },
    throwIfAny() {
      if (failed > 0) throw new Error(`${failed} of ${files} files could not be read`);
    },
  };
}

/** Reads NDBC's files of whole hours, the newest first. */
async function backfillHours(parts: BackfillParts, hours: number, failures: Failures): Promise<void> {
  const isGuess = parts.ndbc.nowMs() === null;
  const begunAt = presentOf(parts);
  const thisHour = startOfHour(begunAt);
  const missing = await missingHours(parts.sql, hoursBefore(thisHour, hours), thisHour, parts.stations);
  for (const hour of missing.reverse()) {
    try {
      await backfillHour(parts, hour);
      failures.served();
    } catch (error) {
      parts.signal.throwIfAborted();
      if (!(error instanceof UpstreamError)) throw error;
      parts.log.warn("an hour's file could not be fetched", { reason: error.message });
      failures.failed(error);
    }
    // The first answer has shown that this machine's clock is wrong, and these are the wrong hours.
    const errorMs = Math.abs(presentOf(parts).getTime() - begunAt.getTime());
    if (isGuess && errorMs > lateRowsMs) return backfillHours(parts, hours, failures);
  }
}

async function backfillHour(parts: BackfillParts, hour: Date): Promise<void> {
  const path = hourlyPath(hour);
  const { sql, stations, log } = parts;
  const until = new Date(hour.getTime() + hourMs);
  const extent = { stations, since: hour, until };
  try {
    const answer = await fetchHistory(parts, "hourly2", path, extent, (body, now) => parseHour(hour, body, now));
    if (answer.kind !== "missing" && isWhole(hour, answer.answeredAt)) {
      await rememberHours(sql, { from: hour, to: until }, stations);
    }
  } catch (error) {
    if (!(error instanceof NotDataError)) throw error;
    // Until it is over, an hour's file is often still yesterday's. After that the stations' own files are read.
    const isLate = isWhole(hour, presentOf(parts));
    log[isLate ? "warn" : "debug"]("an hour's file holds no such hour", { file: path, reason: error.message });
  }
}

/** @throws {NotDataError} when it is yesterday's still, as before its hour comes round again */
function parseHour(hour: Date, body: string, now: Date): Parsed<Observation> {
  const parsed = parseHourly(body, now);
  if (parsed.observations.some(({ observedAt }) => startOfHour(observedAt).getTime() === hour.getTime())) return parsed;
  throw new NotDataError("the file of another day");
}

/** Reads the own files of stations that still lack an hour. */
async function backfillStations(parts: BackfillParts, hours: number, failures: Failures): Promise<void> {
  const { sql, log, signal } = parts;
  const now = presentOf(parts);
  const from = hoursBefore(startOfHour(now), hours);
  const span = { from, to: wholeUntil(now) };
  if (span.to <= from) return;
  const wanted = await stationsToRead(sql, span, now, parts.stations);
  let isAnyBroken = false;
  if (wanted.length > 0) log.info("backfilling by station", { stations: wanted.length, from });
  for (const stationId of wanted) {
    try {
      await backfillStation(parts, stationId, from);
      failures.served();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof UpstreamError || error instanceof NotDataError)) throw error;
      log.warn("a station's file could not be read", { stationId, reason: describeError(error) });
      await rememberFailure(sql, stationId, now);
      isAnyBroken = true;
      failures.failed(error);
    }
  }
  if (parts.stations === null && !isAnyBroken) await rememberAllKnown(sql, span);
}

async function backfillStation(parts: BackfillParts, stationId: string, from: Date): Promise<void> {
  const extent = { stations: null, since: from, until: null };
  let answer = await fetchHistory(parts, "realtime2 txt", realtimePath(stationId, "txt"), extent, (body, now) =>
    parseRealtime(stationId, body, now),
  );
  // Some wave buoys have nothing but their wave summary.
  if (answer.kind === "missing") {
    answer = await fetchHistory(parts, "realtime2 spec", realtimePath(stationId, "spec"), extent, (body, now) =>
      parseSpec(stationId, body, now),
    );
  }
  const until = answer.kind === "missing" ? null : wholeUntil(answer.answeredAt);
  await rememberStation(parts.sql, stationId, { askedAt: answer.answeredAt, since: from, until });
}

/**
 * Fetches one file and stores the rows that are wanted. It is fetched only if it has changed, unless not all that is wanted
 * now was stored of it.
 */
async function fetchHistory(
  parts: BackfillParts,
  kind: FileKind,
  path: string,
  extent: Extent,
  parse: (body: string, now: Date) => Parsed<Observation>,
): Promise<Answer> {
  const { sql, ndbc, stations, log } = parts;
  await pause(parts.pauseMs, parts.signal, parts.clock);
  const answer = await ndbc.get(path, await readFile(sql, path, extent));
  if (answer.kind !== "body") return answer;
  const parsed = parse(answer.body, answer.answeredAt);
  parts.logLeftOut(kind, path, parsed);
  const wanted = parsed.observations.filter((row) => isWanted(row, stations, extent));
  const { events, ...counts } = await storeHistory(sql, wanted, parts.inIdTransaction);
  await rememberFile(sql, path, answer, extent);
  parts.stored(parsed.observations.length, parsed, counts);
  log.info("backfilled", { file: path, rows: wanted.length, ...counts, ...events });
  return answer;
}

function isWanted(row: Observation, stations: Set<string> | null, { since, until }: Extent): boolean {
  const { stationId, observedAt } = row;
  const isInTime = (since === null || observedAt >= since) && (until === null || observedAt < until);
  return isInTime && (stations === null || stations.has(stationId));
}

/** Returns whether an hour ended so long ago that no more rows of it will arrive. */
function isWhole(hour: Date, now: Date): boolean {
  return hour.getTime() + hourMs <= wholeUntil(now).getTime();
}

/** The end of the last hour that is whole. */
function wholeUntil(now: Date): Date {
  return startOfHour(new Date(now.getTime() - lateRowsMs));
}

function startOfHour(time: Date): Date {
  return new Date(Math.floor(time.getTime() / hourMs) * hourMs);
}

function hoursBefore(time: Date, hours: number): Date {
  return new Date(time.getTime() - hours * hourMs);
}
