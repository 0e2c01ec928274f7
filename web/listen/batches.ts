// The batches in which reports arrive, so that playback can join the one under way.

import type { Batch } from "../../shared/client/answers.ts";
import { loadBatches } from "../../shared/client/api.ts";
import { deadline } from "../../shared/client/deadline.ts";
import type { Clock } from "../../shared/clock.ts";
import { median } from "../../shared/sea.ts";
import { observe, onChange } from "../state/observe.ts";
import type { BatchUnderWay, PageState } from "../state/page-state.ts";

/** Reports that arrived together. */
type Arrived = { atMs: number; stations: Set<string> };

/** Keeps the batches that arrived last. */
type Batches = {
  /** Adds batches that the server remembers, oldest first. */
  add(batches: Batch[]): void;
  /** Adds a report that arrives now. */
  arrive(stationId: string): void;
  /** Returns the batch under way; `null` if none arrived in the last quarter of an hour. */
  underWay(): BatchUnderWay | null;
};

/** A batch may arrive in parts; reports within this time belong to it. */
const sameBatchMs = 2_000;
/** Batches to keep: enough to tell their rhythm. */
const keptBatches = 10;
/** After a batch with fewer reports than this, those of the batches before it ring too. */
const enoughReports = 40;
/** Min time between two updates of the state: a batch of 800 reports is one update or a few. */
const partsMs = 200;
/** Three times NDBC's usual rhythm. */
const maxAgeMs = 15 * 60_000;

/** Creates the memory of batches. */
export function createBatches(clock: Clock): Batches {
  let kept: Arrived[] = [];

  function add(stations: string[], atMs: number): void {
    const same = kept.find((batch) => Math.abs(batch.atMs - atMs) <= sameBatchMs);
    for (const stationId of stations) same?.stations.add(stationId);
    if (same) return;
    kept.push({ atMs, stations: new Set(stations) });
    kept = kept.sort((a, b) => a.atMs - b.atMs).slice(-keptBatches);
  }

  return {
    add(batches) {
      for (const { ageMs, stations } of batches) add(stations, clock.monotonicMs() - ageMs);
    },
    arrive: (stationId) => add([stationId], clock.monotonicMs()),
    underWay() {
      const stations = new Set<string>();
      for (const batch of kept.toReversed()) {
        const isTooOld = clock.monotonicMs() - batch.atMs > maxAgeMs;
        if (isTooOld || stations.size >= enoughReports) break;
        for (const stationId of batch.stations) stations.add(stationId);
      }
      const newest = kept.at(-1);
      if (newest === undefined || stations.size === 0) return null;
      return { stations, arrivedAtMs: newest.atMs, intervalMs: intervalOf(kept) };
    },
  };
}

function intervalOf(batches: Arrived[]): number | null {
  return median(batches.slice(1).map(({ atMs }, index) => atMs - (batches[index]?.atMs ?? 0)));
}

/** Writes the batch under way into the state: from the server when the page connects, then from the stream. */
export function followBatches(state: PageState, server: string | null, clock: Clock): void {
  const batches = createBatches(clock);
  let isShown = true;
  onChange(state.arrived, ({ newest }) => {
    if (!newest?.isNews) return;
    batches.arrive(newest.observation.stationId);
    if (isShown) clock.after(partsMs, show);
    isShown = false;
  });
  function show(): void {
    isShown = true;
    state.batch.value = batches.underWay();
  }
  observe([state.connection], () => {
    if (server === null || state.connection.value.kind !== "live") return;
    loadBatches(server, deadline(clock))
      .then(batches.add)
      .then(show)
      // Only the count of the first minutes depends on it: the next batch rings all the same.
      .catch((error) => console.info("could not load the last batches:", error));
  });
}
