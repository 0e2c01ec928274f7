// Compares what listeners received with what PostgreSQL holds.
import { rowKey, type SnapshotReload } from "./browser-listener.ts";

/** Counts how listeners received events: every stored event once, in order. All but the first three must be 0. */
export type Verdict = {
  /** Rows with an event id at the end. */
  stored: number;
  /** Different event ids that were sent, including rows that later got a newer id. */
  events: number;
  /** Observations received, summed over all listeners. */
  heard: number;
  /**
   * Stored events that a listener did not receive, summed over all listeners. After a reset these are the events above the
   * reset's id, and the newest rows of stations below it that the snapshot lacked.
   */
  lost: number;
  /** Ids that a listener received again, without a reset in between. */
  duplicated: number;
  /** Ids that a listener received after a larger one, without a reset in between. */
  disordered: number;
  /** Stored rows that differ from the data of their event. */
  different: number;
};

/** Holds what a listener received: ids in order of arrival, and its resets. */
export type Heard = { heard: number[]; reloads: SnapshotReload[] };

/**
 * Compares the events that listeners received with the final rows in PostgreSQL.
 * @param dataOf the received data of each id
 * @param stored each stored event with its expected data
 */
export function judge(
  listeners: Heard[],
  dataOf: Map<number, string>,
  stored: { id: number; data: string }[],
): Verdict {
  const rows = stored.map(({ id, data }) => ({ id, ...keyOf(data) }));
  const newest = new Map<string, string>();
  for (const { station, time } of rows) if (time > (newest.get(station) ?? "")) newest.set(station, time);

  function lostBy({ heard, reloads }: Heard): number {
    const lastReload = reloads.at(-1) ?? null;
    const known = new Set(heard.slice(lastReload?.heard));
    return rows.filter(({ id, station, time, key }) => {
      if (known.has(id)) return false;
      if (lastReload === null || id > lastReload.eventId) return true;
      return time === newest.get(station) && !lastReload.rows?.has(key);
    }).length;
  }
  const sum = (count: (listener: Heard) => number) => listeners.reduce((total, listener) => total + count(listener), 0);
  const parts = listeners.flatMap(({ heard, reloads }) => {
    const starts = [0, ...reloads.map((reload) => reload.heard)];
    return starts.map((start, index) => heard.slice(start, starts[index + 1]));
  });
  return {
    stored: stored.length,
    events: dataOf.size,
    heard: sum(({ heard }) => heard.length),
    lost: sum(lostBy),
    duplicated: parts.reduce((total, ids) => total + ids.length - new Set(ids).size, 0),
    disordered: parts.reduce((total, ids) => total + ids.filter((id, at) => id < (ids[at - 1] ?? 0)).length, 0),
    different: stored.filter(({ id, data }) => dataOf.has(id) && dataOf.get(id) !== data).length,
  };
}

function keyOf(data: string): { station: string; time: string; key: string } {
  const row = JSON.parse(data) as { stationId: string; timestamp: string };
  return { station: row.stationId, time: row.timestamp, key: rowKey(row) };
}
