// Limits how often the page is drawn.

import type { Clock } from "../../shared/clock.ts";

/**
 * Returns a function that acts at once or, if it has acted less than `restMs` ago, when that time is over. Calls
 * meanwhile are combined.
 */
export function paced(act: () => void, restMs: number, clock: Clock): () => void {
  let actedAtMs = Number.NEGATIVE_INFINITY;
  let isWaiting = false;
  return () => {
    if (isWaiting) return;
    isWaiting = true;
    clock.after(Math.max(0, actedAtMs + restMs - clock.monotonicMs()), () => {
      isWaiting = false;
      actedAtMs = clock.monotonicMs();
      act();
    });
  };
}
