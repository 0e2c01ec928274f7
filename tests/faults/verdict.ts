import { type BeginningAnew, rowKey } from "./browser-listener.ts";

/** How well the promise was kept: every stored event once, in order. All but the first three must be 0. */
export type Verdict = {
  /** Rows that have an event id in the end. */
  stored: number;
  /** Different event ids that went out, those included that were superseded later. */
  events: number;
  /** Observations heard by all listeners together. */
  heard: number;
  /**
   * Stored events that a listener never heard, summed over the listeners. After a reset these are the events above the id
   * that it named, and the newest rows of stations below it that the snapshot lacked.
   */
  lost: number;
  /** Ids that a listener heard again, without a reset in between. */
  duplicated: number;
  /** Ids that a listener heard after a larger one, without a reset in between. */
  disordered: number;
  /** Stored rows whose event told something else. */
  different: number;
};

/** What a listener heard: the ids in the order in which they came, and where it began anew. */
export type Heard = { heard: number[]; beginnings: BeginningAnew[] };

/**
 * Compares what listeners heard with what PostgreSQL holds in the end.
 * @param dataOf what was told under each id
 * @param stored each stored event with the data that it should have told
 */
export function judge(
  listeners: Heard[],
  dataOf: Map<number, string>,
  stored: { id: number; data: string }[],
): Verdict {
  const rows = stored.map(({ id, data }) => ({ id, ...keyOf(data) }));
  const newest = new Map<string, string>();
  for (const { station, time } of rows) if (time > (newest.get(station) ?? "")) newest.set(station, time);

  function lostBy({ heard, beginnings }: Heard): number {
    const anew = beginnings.at(-1) ?? null;
    const known = new Set(heard.slice(anew?.heard));
    return rows.filter(({ id, station, time, key }) => {
      if (known.has(id)) return false;
      if (anew === null || id > anew.eventId) return true;
      return time === newest.get(station) && !anew.rows?.has(key);
    }).length;
  }
  const sum = (count: (listener: Heard) => number) => listeners.reduce((total, listener) => total + count(listener), 0);
  const parts = listeners.flatMap(({ heard, beginnings }) => {
    const starts = [0, ...beginnings.map((beginning) => beginning.heard)];
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
