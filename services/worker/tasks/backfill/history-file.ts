// Fetches one file of history and stores its rows.

import { pause, systemClock } from "../../../../shared/clock.ts";
import { inTransaction } from "../../../../shared/database/sql.ts";
import type { Observation } from "../../../../shared/measurements.ts";
import type { Answer } from "../../ndbc/request.ts";
import type { Parsed } from "../../ndbc/table/rejected-rows.ts";
import { type Extent, isOlderThanStored, readFile, rememberFile } from "../../store/files.ts";
import { storeHistory } from "../../store/history.ts";
import { recordRejectedRows } from "../../store/job-results.ts";
import type { FileKind } from "../rejected-rows-log.ts";
import type { BackfillParts } from "./parts.ts";

/**
 * Fetches one file and stores the wanted rows. An unchanged file is fetched only if some wanted rows are not stored yet.
 */
export async function fetchHistory(
  parts: BackfillParts,
  kind: FileKind,
  path: string,
  extent: Extent,
  parse: (body: string, now: Date) => Parsed<Observation>,
): Promise<Answer> {
  const { sql, ndbc, stations, log } = parts;
  await pause(parts.pauseMs, parts.signal, parts.clock ?? systemClock);
  const known = await readFile(sql, path, extent);
  const answer = await ndbc.get(path, known);
  if (answer.kind !== "body") return answer;
  if (known !== null && (await isOlderThanStored(sql, path, answer))) return answer;
  const parsed = parse(answer.body, answer.answeredAt);
  parts.logRejectedRows(kind, path, parsed);
  const wanted = parsed.observations.filter((row) => isWanted(row, stations, extent));
  const { events, ...counts } = await storeHistory(sql, wanted, parts.inIdTransaction);
  await inTransaction(sql, (tx) => rememberFile(tx, path, answer, extent));
  await recordRejectedRows(sql, parsed.rejectedLines);
  parts.stored(parsed.observations.length, parsed, counts);
  log.info("backfilled", { file: path, rows: wanted.length, ...counts, ...events });
  return answer;
}

function isWanted(row: Observation, stations: Set<string> | null, { since, until }: Extent): boolean {
  const { stationId, observedAt } = row;
  const isInTime = (since === null || observedAt >= since) && (until === null || observedAt < until);
  return isInTime && (stations === null || stations.has(stationId));
}
