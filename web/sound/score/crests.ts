// The waves that pass.

import { crestPeriodOf } from "../mapping.ts";
import type { SeaState } from "../sea-state.ts";
import type { EventOf } from "../sound-event.ts";

type CrestsOptions = {
  random: () => number;
  firstS: number;
  /** While no crests pass, whether they do is looked at again this often. */
  idleS: number;
  /** Whether all crests of one period are equally far apart, instead of varying by up to 4 %. */
  steady: boolean;
};

/** The waves that pass, one after the other. */
type Crests = {
  /** Returns the crests before `t` that it has not returned yet. @param seaAt the sea at a time of the score */
  until(t: number, seaAt: (t: number) => SeaState | null): EventOf<"crest">[];
};

/** Makes waves that follow the period of the sea; without a height or a period none pass. */
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
