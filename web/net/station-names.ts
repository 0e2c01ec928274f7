// Loads the stations' names, and reloads them for new stations.

import type { Station } from "../../shared/client/answers.ts";
import { loadStations } from "../../shared/client/api.ts";
import { deadline } from "../../shared/client/deadline.ts";
import { RefusedError } from "../../shared/client/errors.ts";
import type { Clock } from "../../shared/clock.ts";

/** Min time between requests for a new station, and for stations that remained unknown or after a refusal. */
const newStationMs = 5_000;
const unknownStationMs = 60_000;
/** Time between regular reloads: some stations drift, and some get their names later. */
const stationsEveryMs = 60 * 60_000;

/**
 * Loads the stations now, once an hour, and soon after an unknown station has reported.
 * @returns a function to call with each reporting station
 */
export function followStationNames(
  server: string,
  knows: (stationId: string) => boolean,
  onStations: (stations: Station[]) => void,
  clock: Clock,
): (stationId: string) => void {
  let askedAtMs = Number.NEGATIVE_INFINITY;
  /** Time of the next request. */
  let dueAtMs = Number.POSITIVE_INFINITY;
  let asking = false;
  /** Stations that reported during a request. */
  const met = new Set<string>();
  /** Stations that the server does not know, e.g. ids of other programs. */
  const unknown = new Set<string>();
  let cancel: (() => void) | undefined;
  askAfter(0);
  return meet;

  /** Requests an unknown station, together with all others that report before the request. */
  function meet(stationId: string): void {
    if (knows(stationId)) return;
    if (asking) met.add(stationId);
    else askAfter(unknown.has(stationId) ? unknownStationMs : newStationMs);
    if (!asking) unknown.add(stationId);
  }

  /** Schedules a request. @param apartMs min time since the last one, in ms */
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
      console.info("could not load the stations:", error);
      askAfter(error instanceof RefusedError ? unknownStationMs : newStationMs);
    }
    asking = false;
    for (const stationId of met) meet(stationId);
    met.clear();
  }
}
