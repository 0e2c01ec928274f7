// The time that a burst has: from its arrival until the next one is due.

import { clamp } from "../../../../shared/numbers.ts";
import { burstSpread } from "../../mapping.ts";

/** The time of the current burst, in seconds of the score. */
type BurstTime = {
  /** Returns the seconds since the burst arrived; infinite before the first one. */
  ageS(t: number): number;
  /** Begins a burst that arrives at `t`. */
  begin(t: number): void;
  /** Begins a burst that arrived `ageS` before `t`; bursts come every `intervalS`. */
  join(t: number, timing: { ageS: number; intervalS: number }): void;
  /** Returns the seconds from `t` until the next burst is due; 0 afterwards. */
  leftS(t: number): number;
};

/** Weight of the newest interval between two bursts in the moving average. */
const newestWeight = 0.3;

/** Makes the time of bursts. @param firstSpreadS duration of the first one, before an interval is known */
export function createBurstTime(firstSpreadS: number = burstSpread.initialS): BurstTime {
  let spreadS = firstSpreadS;
  let burstAtS = Number.NEGATIVE_INFINITY;
  return {
    ageS: (t) => t - burstAtS,
    begin(t) {
      const intervalS = t - burstAtS;
      if (Number.isFinite(intervalS)) spreadS += newestWeight * (withinBounds(intervalS) - spreadS);
      burstAtS = t;
    },
    join(t, { ageS, intervalS }) {
      burstAtS = t - ageS;
      // A burst that is nearly over still gets time for a few bells.
      spreadS = Math.max(withinBounds(intervalS), ageS + burstSpread.minS);
    },
    leftS: (t) => Math.max(0, burstAtS + spreadS - t),
  };
}

function withinBounds(intervalS: number): number {
  return clamp(intervalS, burstSpread.minS, burstSpread.maxS);
}
