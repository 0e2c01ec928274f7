// How quickly a layer follows a new setting.

import { silentDb } from "../../mapping.ts";

/** Of a sea that changes; in seconds, as time constants. */
const usualTauS = 1.2;
const shortestFadeS = 0.15;
/** What a silent layer is set to it takes at once: nobody hears it move. */
const atOnceS = 0.005;

/** Makes a rule of how quickly a layer follows its settings: at once in all but its level where it was silent. */
export function createFollowing() {
  let audible = false;
  return {
    next(gainDb: number, tauS = usualTauS) {
      const wasAudible = audible;
      audible = gainDb > silentDb;
      return {
        colourTauS: wasAudible ? tauS : atOnceS,
        levelTauS: Math.max(shortestFadeS, tauS / 2),
      };
    },
    /** The layer was faded out. */
    silence() {
      audible = false;
    },
  };
}
