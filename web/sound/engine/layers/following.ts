// Time constants with which a layer follows a new setting.

import { silentDb } from "../../mapping.ts";

/** Time constant for a change of the sea state, in seconds. */
const usualTauS = 1.2;
const shortestFadeS = 0.15;
/** A silent layer takes a new setting at once, because the change is inaudible. */
const atOnceS = 0.005;

/** Makes a rule for time constants: a layer that was silent takes all settings at once, except its level. */
export function createFollowing() {
  let audible = false;
  return {
    /** Returns the time constants (s) for a new setting with this level. */
    next(gainDb: number, tauS = usualTauS) {
      const wasAudible = audible;
      audible = gainDb > silentDb;
      return {
        colourTauS: wasAudible ? tauS : atOnceS,
        levelTauS: Math.max(shortestFadeS, tauS / 2),
      };
    },
    /** Marks the layer as silent, after a fade. */
    silence() {
      audible = false;
    },
  };
}
