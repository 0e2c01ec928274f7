// A queue of score events, sorted by time.

import type { SoundEvent } from "../sound-event.ts";

/** Events that a score has made but not returned yet. */
export type EventQueue = {
  /** Adds events in any order. */
  add(...events: readonly SoundEvent[]): void;
  /** Removes all matching events. */
  remove(isRemoved: (event: SoundEvent) => boolean): void;
  /**
   * Removes and returns the events before `t`, in order; events of one time keep the order in which they were added.
   */
  takeUntil(t: number): SoundEvent[];
};

/** Makes an empty queue. */
export function createEventQueue(): EventQueue {
  let events: SoundEvent[] = [];
  return {
    add: (...added) => void events.push(...added),
    remove(isRemoved) {
      events = events.filter((event) => !isRemoved(event));
    },
    takeUntil(t) {
      const due = events.filter((event) => event.t < t).sort((a, b) => a.t - b.t);
      events = events.filter((event) => event.t >= t);
      return due;
    },
  };
}
