// Backfills by station: each station's own file has its last 45 days.

import { describeFailure } from "../../../../shared/connections/connection-health.ts";
import { NotDataError, UpstreamError } from "../../ndbc/errors.ts";
import { realtimePath } from "../../ndbc/paths.ts";
import { parseRealtime, parseSpec } from "../../ndbc/realtime.ts";
import { rememberAllKnown, rememberFailure, rememberStation, stationsToRead } from "../../store/backfilled-hours.ts";
import type { Failures } from "./failures.ts";
import { fetchHistory } from "./history-file.ts";
import { type BackfillParts, presentOf } from "./parts.ts";
import { hoursBefore, startOfHour, wholeUntil } from "./whole-hours.ts";

/**
 * Reads the files of stations that still lack an hour.
 * @throws {unknown} the error that ends the run, see {@link Failures}, or an error of the database
 */
export async function backfillStations(parts: BackfillParts, hours: number, failures: Failures): Promise<void> {
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
      log.warn("a station's file could not be read", { stationId, ...describeFailure(error) });
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
  // Some wave buoys have only a wave summary.
  if (answer.kind === "missing") {
    answer = await fetchHistory(parts, "realtime2 spec", realtimePath(stationId, "spec"), extent, (body, now) =>
      parseSpec(stationId, body, now),
    );
  }
  const until = answer.kind === "missing" ? null : wholeUntil(answer.answeredAt);
  await rememberStation(parts.sql, stationId, { askedAt: answer.answeredAt, since: from, until });
}
