import type { Clock } from "../../shared/clock.ts";
import type { Station } from "./answers.ts";
import { loadStations } from "./api.ts";
import { deadline } from "./deadline.ts";

/** Between two askings who the stations are: for one that is new, and for those that stayed unknown. */
const newStationMs = 5_000;
const unknownStationMs = 60_000;
/** Some drift, and of some it is known only later who they are. */
const stationsEveryMs = 60 * 60_000;

/**
 * Asks a server who its stations are: now, once an hour, and soon after one was met that is not known.
 * @returns what to call with each station that reports
 */
export function followStationNames(
  server: string,
  knows: (stationId: string) => boolean,
  onStations: (stations: Station[]) => void,
  clock: Clock,
): (stationId: string) => void {
  let askedAtMs = Number.NEGATIVE_INFINITY;
  /** When they are asked for next. */
  let dueAtMs = Number.POSITIVE_INFINITY;
  let asking = false;
  /** Stations that were met while their names were under way. */
  const met = new Set<string>();
  /** Stations that were asked for in vain, as ids of other programs may be. */
  const unknown = new Set<string>();
  let cancel: (() => void) | undefined;
  askAfter(0);
  return meet;

  /** Whoever is not known is asked for, together with all who come in the meantime. */
  function meet(stationId: string): void {
    if (knows(stationId)) return;
    if (asking) met.add(stationId);
    else askAfter(unknown.has(stationId) ? unknownStationMs : newStationMs);
    if (!asking) unknown.add(stationId);
  }

  /** @param apartMs from the last asking, in ms */
  function askAfter(apartMs: number): void {
    cancel?.();
    dueAtMs = Math.min(dueAtMs, askedAtMs + apartMs);
    cancel = clock.after(Math.max(0, dueAtMs - clock.monotonicMs()), () => void ask());
  }

  async function ask(): Promise<void> {
    asking = true;
    askedAtMs = clock.monotonicMs();
    dueAtMs = Number.POSITIVE_INFINITY;
    try {
      onStations(await loadStations(server, deadline(clock)));
      askAfter(stationsEveryMs);
    } catch (error) {
      console.info("no stations yet:", error);
      askAfter(newStationMs);
    }
    asking = false;
    for (const stationId of met) meet(stationId);
    met.clear();
  }
}
