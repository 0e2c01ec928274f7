// Stores history: rows that no listener is waiting for, and so without event ids.

import { inTransaction, type Sql, type Transaction } from "../../../shared/database/sql.ts";
import { measurements, type Observation } from "../../../shared/measurements.ts";
import { type EventCounts, type EventIds, type StoreCounts, upsertEvents } from "./assign-event-ids.ts";
import type { IdTransaction } from "./event-id-guard.ts";
import { changes, merge, mergeRepeated, unnested } from "./merge-rows.ts";

/** Bounds the memory of one statement, and how long a poll may have to wait for rows that it holds. */
const historyBatchRows = 2_500;
/** While PostgreSQL stores one batch of history, the next is made ready. */
const historyBatchesAtOnce = 2;

/**
 * Stores history: rows that get no event id and are not sent to any listener, except where they change a row that is an
 * event: that gets the next id, and the next poll publishes it. Many are stored in several transactions.
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
      // In a transaction of its own: one that holds rows must not wait for the lock of event ids, since a poll that holds
      // the lock may wait for these rows.
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
 * Upserts a batch in one statement, without ids and so without a lock: each row is merged with what is stored at that very moment. Rows
 * that are events stay as they are.
 * @returns also the rows that would change an event
 */
async function upsertHistory(
  tx: Transaction,
  rows: Observation[],
): Promise<StoreCounts & { changesOfEvents: Observation[] }> {
  // History that a power cut takes is fetched again; an SD card is spared the flush.
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
  // A statement of its own, which sees what polls have committed until now.
  const changesOfEvents = await tx<Observation[]>`
    select incoming.* from (${unnested(tx, rows)}) as incoming join observations as stored using (station_id, observed_at)
    where stored.event_id is not null and ${changes(tx, "incoming")}
  `;
  return { ...counts, changesOfEvents };
}
