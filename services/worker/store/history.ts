// Stores history: old rows without event ids, which are not sent to clients.

import { inTransaction, type Sql, type Transaction } from "../../../shared/database/sql.ts";
import { measurements, type Observation } from "../../../shared/measurements.ts";
import { type EventCounts, type EventIds, type StoreCounts, upsertEvents } from "./assign-event-ids.ts";
import type { IdTransaction } from "./event-id-guard.ts";
import { changes, merge, mergeRepeated, unnested } from "./merge-rows.ts";

/** Rows per statement. Limits memory, and how long a poll can wait for locked rows. */
const historyBatchRows = 2_500;
/** Two batches at once: while PostgreSQL stores one, the worker prepares the next. */
const historyBatchesAtOnce = 2;

/**
 * Stores history. These rows get no event id and are not sent to clients. Exception: a row that changes an event gets the
 * next id, and the next poll publishes it. Large histories take several transactions.
 */
export async function storeHistory(
  sql: Sql,
  observations: Observation[],
  inIdTransaction: IdTransaction,
): Promise<EventCounts> {
  const rows = mergeRepeated(observations);
  let total: EventCounts = { added: 0, changed: 0, events: null };
  let start = 0;
  async function storeBatches(): Promise<void> {
    while (start < rows.length) {
      const batch = rows.slice(start, start + historyBatchRows);
      start += historyBatchRows;
      const { changesOfEvents, ...counts } = await inTransaction(sql, (tx) => upsertHistory(tx, batch));
      total = sumOf(total, { ...counts, events: null });
      if (changesOfEvents.length === 0) continue;
      // A separate transaction, to avoid a deadlock: a poll that holds the lock of event ids may wait for the rows of the
      // first one.
      const changed = await inIdTransaction(sql, (tx) => upsertEvents(tx, changesOfEvents, "events"));
      total = sumOf(total, changed);
    }
  }
  await Promise.all(Array.from({ length: historyBatchesAtOnce }, storeBatches));
  return total;
}

function sumOf(a: EventCounts, b: EventCounts): EventCounts {
  const events = a.events && b.events ? spanOfIds(a.events, b.events) : (a.events ?? b.events);
  return { added: a.added + b.added, changed: a.changed + b.changed, events };
}

function spanOfIds(a: EventIds, b: EventIds): EventIds {
  return {
    firstEventId: BigInt(a.firstEventId) < BigInt(b.firstEventId) ? a.firstEventId : b.firstEventId,
    lastEventId: BigInt(a.lastEventId) > BigInt(b.lastEventId) ? a.lastEventId : b.lastEventId,
  };
}

/**
 * Upserts a batch in one statement. It assigns no ids, so it needs no lock: `on conflict` merges each row with the current
 * one. It does not change events.
 * @returns the counts, and the rows that would change an event
 */
async function upsertHistory(
  tx: Transaction,
  rows: Observation[],
): Promise<StoreCounts & { changesOfEvents: Observation[] }> {
  // Backfill fetches history again after a power cut. Without the flush, an SD card lasts longer.
  await tx`set local synchronous_commit = off`;
  await tx`
    insert into stations (station_id)
    select distinct unnest(${rows.map((row) => row.stationId)}::text[]) as station_id
    order by station_id
    on conflict do nothing
  `;
  // Same row order as polls, to avoid deadlocks.
  const [counts] = await tx<[StoreCounts]>`
    with written as (
      insert into observations as stored (station_id, observed_at, ${tx(measurements)})
      select * from (${unnested(tx, rows)}) as incoming order by observed_at, station_id
      on conflict (station_id, observed_at) do update set ${merge(tx)}
      where stored.event_id is null and ${changes(tx, "excluded")}
      returning xmax = 0 as added
    )
    select count(*) filter (where added)::int as added, count(*) filter (where not added)::int as changed from written
  `;
  // A separate statement, so that it sees the latest commits of polls.
  const changesOfEvents = await tx<Observation[]>`
    select incoming.* from (${unnested(tx, rows)}) as incoming join observations as stored using (station_id, observed_at)
    where stored.event_id is not null and ${changes(tx, "incoming")}
  `;
  return { ...counts, changesOfEvents };
}
