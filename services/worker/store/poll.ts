// Stores the rows of a poll.

import type { Sql } from "../../../shared/database/sql.ts";
import type { PositionedObservation, UpstreamFile } from "../ndbc/types.ts";
import { type EventCounts, upsertEvents } from "./assign-event-ids.ts";
import { recordBatch } from "./batches.ts";
import type { IdTransaction } from "./event-id-guard.ts";
import { type Extent, rememberFile, wholeFile } from "./files.ts";
import { upsertPositions } from "./stations.ts";

/**
 * Stores the rows and the file of a poll in one transaction. Each new or changed row gets the next event id. So does a row
 * that only backfill has stored, because no client has received it.
 * @param inIdTransaction assigns ids above all published ones
 * @param extent the part of the file that these rows cover
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
    if (counts.events !== null) await recordBatch(tx, counts.events);
    await rememberFile(tx, path, file, extent);
    return counts;
  });
}
