// Upserts rows and assigns the next event id to each new or changed row.

import type { Transaction } from "../../../shared/database/sql.ts";
import { measurements, type Observation } from "../../../shared/measurements.ts";
import { changes, merge, mergeRepeated, unnested } from "./merge-rows.ts";

/** Number of new rows in a batch, and number of changed rows. */
export type StoreCounts = { added: number; changed: number };

/** The first and last assigned id. There may be gaps between them. */
export type EventIds = { firstEventId: string; lastEventId: string };

/** {@link StoreCounts} with the ids of the new events; without any, `events` is `null`. */
export type EventCounts = StoreCounts & { events: EventIds | null };

/**
 * Upserts a batch in one statement, field by field: a new value replaces the old one, a missing value never erases it, and
 * unchanged rows are not written. The caller must hold the lock of event ids, because only changed rows get an id.
 * @param which `all` rows, or only rows that are stored as `events` already
 */
export async function upsertEvents(
  tx: Transaction,
  observations: Observation[],
  which: "all" | "events",
): Promise<EventCounts> {
  const isWanted =
    which === "all"
      ? tx`stored.event_id is null or ${changes(tx, "incoming")}`
      : tx`stored.event_id is not null and ${changes(tx, "incoming")}`;
  const [written] = await tx<[StoreCounts & { [Id in keyof EventIds]: string | null }]>`
    with incoming as (${unnested(tx, mergeRepeated(observations))}), changed as (
      select incoming.*
      from incoming left join observations as stored using (station_id, observed_at)
      where ${isWanted}
      order by incoming.observed_at, incoming.station_id
    ), written as (
      insert into observations as stored (station_id, observed_at, ${tx(measurements)}, event_id)
      select changed.*, nextval('event_ids') from changed
      on conflict (station_id, observed_at) do update set ${merge(tx)}, event_id = excluded.event_id
      returning xmax = 0 as added, event_id
    )
    select
      count(*) filter (where added)::int as added, count(*) filter (where not added)::int as changed,
      min(event_id) as first_event_id, max(event_id) as last_event_id
    from written
  `;
  const { added, changed, firstEventId, lastEventId } = written;
  return { added, changed, events: firstEventId && lastEventId ? { firstEventId, lastEventId } : null };
}
