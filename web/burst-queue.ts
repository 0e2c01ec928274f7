/** Spreads a burst of reports over time, so that each bell can still be heard. Times are of one clock, whichever it is. */
export type BurstQueue<T> = {
  /** Hands in what has arrived. It is due at once when nothing else rings or waits. */
  add(item: T, nowMs: number): void;
  /** Takes out what is due, `null` when nothing is yet. */
  take(nowMs: number): T | null;
  /** When {@link BurstQueue.take} has something again, `null` when nothing waits. */
  readonly nextAtMs: number | null;
  /** The present burst, from the first arrival at an idle queue on. */
  readonly tally: BurstTally;
};

/** `arrived` is the sum of the others: nothing is dropped without being counted. */
export type BurstTally = { arrived: number; rung: number; waiting: number; leftOut: number };

export type BurstQueueOptions = {
  /** Least time between two bells. */
  gapMs: number;
  /**
   * No more wait than can ring within this time, the others are left out. Which ones is up to chance, or the stations at
   * the end of the list would never be heard.
   */
  longestMs: number;
  /** As `Math.random`. */
  random: () => number;
};

/** An empty queue. */
export function createBurstQueue<T>({ gapMs, longestMs, random }: BurstQueueOptions): BurstQueue<T> {
  const capacity = Math.floor(longestMs / gapMs);
  const waiting: T[] = [];
  let freeAtMs = Number.NEGATIVE_INFINITY;
  let arrived = 0;
  let rung = 0;
  let leftOut = 0;

  return {
    add(item, nowMs) {
      if (waiting.length === 0 && nowMs >= freeAtMs) arrived = rung = leftOut = 0;
      arrived++;
      if (waiting.length < capacity) {
        waiting.push(item);
        return;
      }
      leftOut++;
      // Reservoir sampling: whoever came first or last has the same chance.
      const place = Math.floor(random() * (capacity + leftOut));
      if (place < capacity) waiting[place] = item;
    },
    take(nowMs) {
      if (nowMs < freeAtMs) return null;
      const next = waiting.shift();
      if (next === undefined) return null;
      freeAtMs = nowMs + gapMs;
      rung++;
      return next;
    },
    get nextAtMs() {
      return waiting.length === 0 ? null : freeAtMs;
    },
    get tally() {
      return { arrived, rung, waiting: waiting.length, leftOut };
    },
  };
}
