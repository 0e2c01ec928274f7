// Backfills by hour: one file has an hour of the whole network.

import { describeFailure } from "../../../../shared/connections/connection-health.ts";
import type { Observation } from "../../../../shared/measurements.ts";
import { NotDataError, UpstreamError } from "../../ndbc/errors.ts";
import { parseHourly } from "../../ndbc/hourly.ts";
import { hourlyPath } from "../../ndbc/paths.ts";
import type { Parsed } from "../../ndbc/table/rejected-rows.ts";
import { missingHours, rememberHours } from "../../store/backfilled-hours.ts";
import type { Failures } from "./failures.ts";
import { fetchHistory } from "./history-file.ts";
import { type BackfillParts, presentOf } from "./parts.ts";
import { hourMs, hoursBefore, isWhole, lateRowsMs, startOfHour } from "./whole-hours.ts";

/**
 * Reads NDBC's files of whole hours, the newest first.
 * @throws {unknown} the error that ends the run, see {@link Failures}, or an error of the database
 */
export async function backfillHours(parts: BackfillParts, hours: number, failures: Failures): Promise<void> {
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
      parts.log.warn("an hour's file could not be fetched", describeFailure(error));
      failures.failed(error);
    }
    // The first response shows that this machine's clock is wrong, so these are the wrong hours.
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
    // Before the end of an hour, its file often still has yesterday's rows. Later, backfill reads the stations' files.
    const isLate = isWhole(hour, presentOf(parts));
    log[isLate ? "warn" : "debug"]("an hour's file holds no such hour", { file: path, ...describeFailure(error) });
  }
}

/** Parses an hourly file. @throws {NotDataError} when it still has the rows of yesterday's hour */
function parseHour(hour: Date, body: string, now: Date): Parsed<Observation> {
  const parsed = parseHourly(body, now);
  if (parsed.observations.some(({ observedAt }) => startOfHour(observedAt).getTime() === hour.getTime())) return parsed;
  throw new NotDataError("the file of another day");
}
