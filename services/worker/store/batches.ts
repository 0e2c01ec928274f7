// Records which events arrived together, and when.

import type { Transaction } from "../../../shared/database/sql.ts";
import type { EventIds } from "./assign-event-ids.ts";

/** Number of batches to keep: more than a client needs to tell their rhythm. */
const keptBatches = 20;

/** Records a batch of events that arrives now, and deletes the oldest ones. */
export async function recordBatch(tx: Transaction, { firstEventId, lastEventId }: EventIds): Promise<void> {
  await tx`
    insert into batches (first_event_id, last_event_id, arrived_at)
    values (${firstEventId}, ${lastEventId}, clock_timestamp())
    on conflict (first_event_id) do update
    set last_event_id = excluded.last_event_id, arrived_at = excluded.arrived_at
  `;
  await tx`
    delete from batches where first_event_id <= (
      select first_event_id from batches order by first_event_id desc offset ${keptBatches} limit 1
    )
  `;
}
