import { lighthouseHz } from "../sound/mapping.ts";
import type { PageState, Sounded } from "../state/page-state.ts";

/**
 * Writes what is handed to the sound card into the state, all of one moment in one go: what is set one by one within an
 * effect would be a batch, of which subscribers see the last alone.
 * @returns what takes each event
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
