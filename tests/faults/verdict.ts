/** How well the promise was kept: every stored event once, in order. All but the first three must be 0. */
export type Verdict = {
  /** Rows that have an event id in the end. */
  stored: number;
  /** Different event ids that went out, those included that were superseded later. */
  events: number;
  /** Observations heard by all listeners together. */
  heard: number;
  /** Stored events that a listener never heard, summed over the listeners. */
  lost: number;
  /** Ids that a listener heard again. */
  duplicated: number;
  /** Ids that a listener heard after a larger one. */
  disordered: number;
  /** Stored rows whose event told something else. */
  different: number;
};

/**
 * Compares what listeners heard with what PostgreSQL holds in the end.
 * @param heard for each listener the ids in the order in which they came
 * @param dataOf what was told under each id
 * @param stored each stored event with the data that it should have told
 */
export function judge(heard: number[][], dataOf: Map<number, string>, stored: { id: number; data: string }[]): Verdict {
  const each = (count: (ids: number[], known: Set<number>) => number) =>
    heard.reduce((sum, ids) => sum + count(ids, new Set(ids)), 0);
  return {
    stored: stored.length,
    events: dataOf.size,
    heard: each((ids) => ids.length),
    lost: each((_, known) => stored.filter(({ id }) => !known.has(id)).length),
    duplicated: each((ids, known) => ids.length - known.size),
    disordered: each((ids) => ids.filter((id, index) => id < (ids[index - 1] ?? 0)).length),
    different: stored.filter(({ id, data }) => dataOf.has(id) && dataOf.get(id) !== data).length,
  };
}
