// The crests of the waves.

import { crestPeriodOf } from "../mapping.ts";
import type { SeaState } from "../sea-state.ts";
import type { EventOf } from "../sound-event.ts";

type CrestsOptions = {
  random: () => number;
  firstS: number;
  /** Interval between two checks of the sea state while there are no crests, in seconds. */
  idleS: number;
  /** Whether all crests of one period have equal distance; otherwise it varies by up to 4 %. */
  steady: boolean;
};

/** A sequence of crests. */
type Crests = {
  /**
   * Returns the next crests before `t`, each once.
   * @param seaAt returns the sea state at a time of the score
   */
  until(t: number, seaAt: (t: number) => SeaState | null): EventOf<"crest">[];
};

/** Makes crests at the period of the waves; there are none without a height or a period. */
export function createCrests({ random, firstS, idleS, steady }: CrestsOptions): Crests {
  let nextS = firstS;

  return {
    until(t, seaAt) {
      const crests: EventOf<"crest">[] = [];
      while (nextS < t) {
        const { waveHeightM = null, dominantPeriodS = null } = seaAt(nextS) ?? {};
        if (waveHeightM === null || dominantPeriodS === null) {
          nextS += idleS;
          continue;
        }
        const periodS = crestPeriodOf(dominantPeriodS);
        crests.push({ t: nextS, type: "crest", periodS, amplitude: 0.86 + 0.28 * random() });
        nextS += steady ? periodS : periodS * (0.96 + 0.08 * random());
      }
      return crests;
    },
  };
}
