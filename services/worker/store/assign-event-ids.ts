// Makes rows events: each that is new or changed gets the next event id here.

import type { Transaction } from "../../../shared/database/sql.ts";
import { measurements, type Observation } from "../../../shared/measurements.ts";
import { changes, merge, mergeRepeated, unnested } from "./merge-rows.ts";

/** How many rows a batch brought that PostgreSQL did not have, and how many it had otherwise. */
export type StoreCounts = { added: number; changed: number };

/** The first and the last of the ids that were given; there may be gaps between them. */
export type EventIds = { firstEventId: string; lastEventId: string };

/** {@link StoreCounts} of rows that became events; without any, `events` is `null`. */
export type EventCounts = StoreCounts & { events: EventIds | null };

/**
 * Upserts a batch in one statement, per field: a later value replaces, a missing one never erases, and a row that stays
 * as it was is not touched at all. The lock of event ids must be held: ids are drawn for what differs from what is stored.
 * @param which `all` rows, or only those that are stored and are `events` already
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
