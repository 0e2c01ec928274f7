// Events that wait for their time.

import type { SoundEvent } from "../sound-event.ts";

/** Events that a score has made and not yet given out. */
export type EventQueue = {
  add(...events: readonly SoundEvent[]): void;
  remove(isRemoved: (event: SoundEvent) => boolean): void;
  /** Takes out what sounds before `t`, in order; events of one moment in the order in which they were added. */
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
