// The past day of the selected station.

import { loadHistory } from "../../shared/client/api.ts";
import { deadline } from "../../shared/client/deadline.ts";
import type { Clock } from "../../shared/clock.ts";
import { addReport, type PastReport } from "../sea/replay-frames.ts";
import { observe, onChange } from "../state/observe.ts";
import type { PageState } from "../state/page-state.ts";

const dayMs = 24 * 60 * 60_000;

/**
 * Loads the selected station's past day into the state, and adds arriving reports.
 * @param server `null` if the page has no server
 */
export function followHistory(state: PageState, server: string | null, clock: Clock): void {
  const { view, history } = state;
  let shown: string | null = null;
  /** Reports since the card opened: the server's answer may lack them. */
  let arrived: PastReport[] = [];
  let asking = new AbortController();
  observe([view], () => {
    const { stationId } = view.value;
    if (stationId === shown) return;
    shown = stationId;
    arrived = [];
    history.value = "loading";
    void load();
  });
  onChange(state.conditionsLoaded, () => void load());
  onChange(state.arrived, ({ newest }) => {
    if (newest === null || newest.observation.stationId !== shown) return;
    const sinceMs = clock.now() - dayMs;
    arrived = addReport(arrived, newest.observation, sinceMs);
    if (typeof history.value !== "string") history.value = addReport(history.value, newest.observation, sinceMs);
  });

  async function load(): Promise<void> {
    const stationId = shown;
    asking.abort();
    if (stationId === null || server === null) return;
    asking = new AbortController();
    const { signal } = asking;
    const sinceMs = clock.now() - dayMs;
    let loaded: readonly PastReport[] | null;
    try {
      loaded = await loadHistory(server, stationId, sinceMs, deadline(clock, signal));
    } catch {
      loaded = null;
    }
    // The user may have selected another station, or reloaded this one, meanwhile.
    if (signal.aborted || shown !== stationId) return;
    if (loaded !== null) history.value = arrived.reduce((past, one) => addReport(past, one, sinceMs), loaded);
    else if (typeof history.value === "string") history.value = "unknown";
  }
}
