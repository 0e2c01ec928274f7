// The crests of the waves.

import type { SeaState } from "../../sea/sea-state.ts";
import { crestPeriodOf } from "../mapping.ts";
import type { EventOf } from "../sound-event.ts";
import { createSingleWaves, type SingleWave } from "./single-waves.ts";

type CrestsOptions = {
  random: () => number;
  firstS: number;
  /** Interval between two checks of the sea state while there are no crests, in seconds. */
  idleS: number;
  /** Whether all crests of one period have equal distance; otherwise it varies by up to 4 %. */
  steady: boolean;
};

/** A crest of the swell, and the single wave under it. */
type Crest = EventOf<"crest"> & SingleWave;

/** A sequence of crests. */
type Crests = {
  /**
   * Returns the next crests before `t`, each once.
   * @param seaAt returns the sea state at a time of the score
   */
  until(t: number, seaAt: (t: number) => SeaState | null): Crest[];
};

/**
 * Makes crests at the period of the waves; there are none without a height or a period. The swell is what a listener
 * reads the height and the period from, so it stays nearly regular: larger waves are at most 14 % above the mean.
 */
export function createCrests({ random, firstS, idleS, steady }: CrestsOptions): Crests {
  const nextWave = createSingleWaves(random);
  let nextS = firstS;

  return {
    until(t, seaAt) {
      const crests: Crest[] = [];
      while (nextS < t) {
        const { waveHeightM = null, dominantPeriodS = null } = seaAt(nextS) ?? {};
        if (waveHeightM === null || dominantPeriodS === null) {
          nextS += idleS;
          continue;
        }
        const periodS = crestPeriodOf(dominantPeriodS);
        const wave = nextWave();
        // The share of waves that are lower than this one, by Rayleigh's distribution.
        const lower = 1 - Math.exp(-2 * wave.height ** 2);
        crests.push({ t: nextS, type: "crest", periodS, amplitude: 0.86 + 0.28 * lower, ...wave });
        nextS += steady ? periodS : periodS * (0.96 + 0.08 * random());
      }
      return crests;
    },
  };
}
