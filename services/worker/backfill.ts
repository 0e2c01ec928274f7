import { pause } from "../../shared/clock.ts";
import { describeError } from "../../shared/link.ts";
import type { Log } from "../../shared/log.ts";
import type { Observation } from "../../shared/measurements.ts";
import type { Sql } from "../../shared/sql.ts";
import { logLeftOut } from "./left-out.ts";
import type { NdbcClient } from "./ndbc/client.ts";
import { parseHourly } from "./ndbc/hourly.ts";
import { NotDataError } from "./ndbc/not-data.ts";
import { hourlyPath, realtimePath } from "./ndbc/paths.ts";
import { parseRealtime, parseSpec } from "./ndbc/realtime.ts";
import type { LeftOut, Parsed } from "./ndbc/table.ts";
import {
  missingHours,
  readFile,
  rememberFile,
  rememberHours,
  reportingStations,
  type StoreCounts,
  storeHistory,
} from "./store.ts";

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
  /** Told of each file that was stored. */
  stored: (rows: number, leftOut: LeftOut, counts: StoreCounts) => void;
  log: Log;
  signal: AbortSignal;
};

const hourMs = 3_600_000;
/** NDBC keeps the last 24 hours as one file an hour. */
const hourlyFiles = 24;
const hourlyFilesMs = hourlyFiles * hourMs;
/** The latest rows that NDBC takes in are a little over three hours old; an hour is whole only after that. */
const lateRowsMs = 4 * hourMs;
/** A station's file is fetched once a day at most, whatever comes of it. */
const stationFileRestMs = 24 * hourMs;
/** One file may be broken; so many in a row mean that NDBC is, and is left alone until the next try. */
const maxFailuresInARow = 5;

/**
 * Fetches what the database lacks of the last hours: the poll sees the newest row of a station only, and nothing while no
 * worker runs. One file holds an hour of the whole network; where those do not serve, each station's own file does.
 * What it stores is history and is sent to nobody.
 */
export async function backfill(parts: BackfillParts): Promise<void> {
  if (parts.hours === 0) return;
  const now = Date.now();
  const thisHour = Math.floor(now / hourMs) * hourMs;
  // A day goes back to the oldest of NDBC's hourly files only: the rest of it would take a file of each station.
  const hours = parts.hours === hourlyFiles ? hourlyFiles - 1 : parts.hours;
  const from = new Date(thisHour - hours * hourMs);
  const missing = await missingHours(parts.sql, from, new Date(thisHour));

  const unserved: Date[] = [];
  for (const hour of missing.reverse()) {
    const hasFile = hour.getTime() > now - hourlyFilesMs;
    if (!hasFile || !(await backfillHour(parts, hour, from))) unserved.push(hour);
  }
  if (unserved.length > 0) await backfillStations(parts, unserved, from);
}

/** @returns false when the stations' own files must tell of this hour */
async function backfillHour(parts: BackfillParts, hour: Date, from: Date): Promise<boolean> {
  const path = hourlyPath(hour);
  const isWhole = Date.now() > hour.getTime() + hourMs + lateRowsMs;
  try {
    const found = await fetchHistory(parts, path, from, (body, now) => parseHour(hour, body, now));
    if (!found) return !isWhole;
  } catch (error) {
    if (!(error instanceof NotDataError)) throw error;
    parts.log[isWhole ? "warn" : "debug"]("an hour's file does not serve", { file: path, reason: error.message });
    return !isWhole;
  }
  if (isWhole) await rememberHours(parts.sql, [hour]);
  return true;
}

/** @throws {NotDataError} when it is yesterday's still, as before its hour comes round again */
function parseHour(hour: Date, body: string, now: Date): Parsed<Observation> {
  const parsed = parseHourly(body, now);
  if (parsed.observations.some((row) => isWithin(row.observedAt, hour))) return parsed;
  throw new NotDataError("the file of another day");
}

function isWithin(time: Date, hour: Date): boolean {
  return time >= hour && time.getTime() < hour.getTime() + hourMs;
}

async function backfillStations(parts: BackfillParts, hours: Date[], from: Date): Promise<void> {
  const { sql, log, stations } = parts;
  const known = await reportingStations(sql);
  const wanted = known.filter((stationId) => stations === null || stations.has(stationId));
  log.info("backfilling by station", { stations: wanted.length, hours: hours.length });
  const failed: string[] = [];
  let failedInARow = 0;
  for (const stationId of wanted) {
    try {
      await backfillStation(parts, stationId, from);
      failedInARow = 0;
    } catch (error) {
      parts.signal.throwIfAborted();
      log.warn("a station's file does not serve", { stationId, reason: describeError(error) });
      failed.push(stationId);
      failedInARow += 1;
      if (failedInARow === maxFailuresInARow) throw error;
    }
  }
  if (failed.length > 0) throw new Error(`${failed.length} of ${wanted.length} stations' files did not serve`);
  await rememberHours(
    sql,
    hours.filter((hour) => Date.now() > hour.getTime() + hourMs + lateRowsMs),
  );
}

async function backfillStation(parts: BackfillParts, stationId: string, from: Date): Promise<void> {
  const path = realtimePath(stationId, "txt");
  const known = await readFile(parts.sql, path);
  if (known && Date.now() - known.fetchedAt.getTime() < stationFileRestMs) return;
  if (await fetchHistory(parts, path, from, (body, now) => parseRealtime(stationId, body, now))) return;
  // Some wave buoys have nothing but their wave summary.
  await fetchHistory(parts, realtimePath(stationId, "spec"), from, (body, now) => parseSpec(stationId, body, now));
}

/** Fetches one file, if it changed, and stores what is not older than `from`. @returns false when there is no such file */
async function fetchHistory(
  { sql, ndbc, stations, pauseMs, stored, log, signal }: BackfillParts,
  path: string,
  from: Date,
  parse: (body: string, now: Date) => Parsed<Observation>,
): Promise<boolean> {
  await pause(pauseMs, signal);
  const answer = await ndbc.get(path, await readFile(sql, path));
  if (answer.kind !== "body") return answer.kind === "unchanged";
  const parsed = parse(answer.body, new Date());
  logLeftOut(log, path, parsed);
  const wanted = parsed.observations.filter(
    ({ stationId, observedAt }) => observedAt >= from && (stations === null || stations.has(stationId)),
  );
  const counts = await storeHistory(sql, wanted);
  await rememberFile(sql, path, answer);
  stored(parsed.observations.length, parsed, counts);
  log.info("backfilled", { file: path, rows: wanted.length, ...counts });
  return true;
}
