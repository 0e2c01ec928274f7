// Writes scheduled sound events into the state.

import { lighthouseHz } from "../sound/mapping.ts";
import type { PageState, Sounded } from "../state/page-state.ts";

/**
 * Writes scheduled events into the state, all of one task together. Separate writes within an effect would be batched,
 * and subscribers would see only the last one.
 * @returns a function that takes each event
 */
export function gatherSounded(state: PageState): (sounded: Sounded) => void {
  let waiting: Sounded[] = [];
  return (sounded) => {
    if (waiting.length === 0) queueMicrotask(show);
    waiting.push(sounded);
  };

  function show(): void {
    const all = waiting;
    waiting = [];
    const north = all.findLast(({ event }) => event.type === "ping" && event.hz === lighthouseHz.north);
    if (north) state.northAtMs.value = north.atMs;
    state.sounded.value = all;
  }
}
