// Stores what a poll read.

import type { Sql } from "../../../shared/database/sql.ts";
import type { PositionedObservation, UpstreamFile } from "../ndbc/types.ts";
import { type EventCounts, upsertEvents } from "./assign-event-ids.ts";
import type { IdTransaction } from "./event-id-guard.ts";
import { type Extent, rememberFile, wholeFile } from "./files.ts";
import { upsertPositions } from "./stations.ts";

/**
 * Stores what a poll read, with the file it came from, in one transaction: all of it or nothing. Each row that is new or
 * changed gets the next event id; so does one that only backfill has stored, since no listener has received it.
 * @param inIdTransaction gives ids above all that were published
 * @param extent which rows of the file these are
 */
export async function storePoll(
  sql: Sql,
  path: string,
  file: UpstreamFile,
  observations: PositionedObservation[],
  inIdTransaction: IdTransaction,
  extent: Extent = wholeFile,
): Promise<EventCounts> {
  return inIdTransaction(sql, async (tx) => {
    await upsertPositions(tx, observations);
    const counts = await upsertEvents(tx, observations, "all");
    await rememberFile(tx, path, file, extent);
    return counts;
  });
}
