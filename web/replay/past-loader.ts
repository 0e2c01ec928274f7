// Loads the past day of a station or region into the state.

import { batch, type ReadonlySignal, signal } from "@preact/signals-core";
import { deadline } from "../../shared/client/deadline.ts";
import type { Clock } from "../../shared/clock.ts";
import { loadPastDay, type PastOf } from "../sea/past-day.ts";
import type { PageState } from "../state/page-state.ts";
import { beginProgramme } from "../state/programme.ts";

/** Loads past days for the replay. */
type PastLoader = {
  readonly progress: ReadonlySignal<"fetching" | "failed" | "done">;
  /**
   * Loads and starts a past day unless it is loaded or loading. After a move of the map, a region's replay continues at
   * the same time.
   */
  load(of: PastOf): void;
  /** Drops the day and any open request. */
  drop(): void;
};

/** Creates a loader that writes the day into the state. */
export function createPastLoader(state: PageState, server: string, clock: Clock): PastLoader {
  const { past, pastFrame } = state;
  const progress = signal<"fetching" | "failed" | "done">("fetching");
  /** The past that was requested or loaded last. */
  let wanted: PastOf | null = null;
  let loading: AbortController | null = null;

  return {
    progress,
    load(of) {
      const isKnown = wanted !== null && isSame(wanted, of) && (past.value !== null || loading !== null);
      if (!isKnown) void load(of);
    },
    drop() {
      loading?.abort();
      loading = wanted = past.value = null;
    },
  };

  async function load(of: PastOf): Promise<void> {
    // Another station's day starts from its first frame.
    const goesOn = past.value !== null && wanted !== null && !("stationId" in wanted) && !("stationId" in of);
    loading?.abort();
    const request = new AbortController();
    loading = request;
    wanted = of;
    if (!goesOn) {
      past.value = null;
      progress.value = "fetching";
    }
    try {
      const day = await loadPastDay(server, of, clock.now(), deadline(clock, request.signal));
      if (loading !== request) return;
      loading = null;
      wanted = day.of;
      // Offline, the whole network's day replaces that of every region. If it is loaded already, it plays on.
      if (past.value !== null && isSame(past.value.of, wanted)) return;
      batch(() => {
        past.value = day;
        pastFrame.value = goesOn ? pastFrame.value : 0;
        progress.value = "done";
      });
      beginProgramme(state, pastFrame.value);
    } catch (error) {
      if (loading !== request) return;
      console.info("the past day could not be loaded:", error);
      loading = null;
      if (past.value === null) progress.value = "failed";
      // The loaded day belongs to another place, so this one may be requested again.
      wanted = past.value?.of ?? null;
    }
  }
}

function isSame(one: PastOf, other: PastOf): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
