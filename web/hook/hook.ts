// The object `globalThis.bellbuoy` that a page with `?hook=1` offers to tests and measuring tools.

import type { Playback } from "../listen/playback.ts";
import type { WorldMap } from "../map/world-map.ts";
import { installHook } from "../sound/playback/hook.ts";
import { onChange } from "../state/observe.ts";
import { type PageState, stationSoundOf } from "../state/page-state.ts";

/** A bell that was scheduled on the audio context; times are of `performance.now()`. */
type ScheduledBell = { stationId: string; eventId: string | null; arrivedAtMs: number; soundsAtMs: number };

/** Installs the hook. @param playback returns `null` until the playback has loaded */
export function installPageHook(state: PageState, map: WorldMap, playback: () => Playback | null): void {
  const arrivals = new Map<string, { eventId: string | null; arrivedAtMs: number }>();
  const scheduled: ScheduledBell[] = [];
  onChange(state.arrived, ({ newest }) => {
    if (!newest?.isNews) return;
    const { eventId, observation } = newest;
    arrivals.set(observation.stationId, { eventId, arrivedAtMs: performance.now() });
  });
  onChange(state.sounded, (all) => {
    for (const { stationId, atMs } of all.flatMap((sounded) => stationSoundOf(sounded) ?? [])) {
      const arrival = arrivals.get(stationId);
      if (arrival) scheduled.push({ stationId, ...arrival, soundsAtMs: atMs });
    }
  });
  installHook({
    get heard() {
      return state.arrived.value.count;
    },
    get listening() {
      const { player } = playback() ?? {};
      return player ? { player, tally: state.heard.value.tally, frame: state.heardFrame.value } : null;
    },
    map,
    scheduled,
  });
}
