// All glides of one engine.

import type { Gain } from "../tone.ts";
import { createParamGlide, type Glide, type MovedParam } from "./glide.ts";

/** Time constant of the fade when the score is switched, in seconds. */
export const cancellingTauS = 0.05;

/**
 * Makes the glides of one engine; a switch of the score holds or silences all of them.
 * @param now returns the context's time, in seconds
 */
export function createGlides(now: () => number) {
  const scored: Glide[] = [];
  const levels: Glide[] = [];

  function glideOf(param: MovedParam): Glide {
    const glide = createParamGlide(param, now);
    scored.push(glide);
    return glide;
  }

  return {
    /** Makes a glide for a parameter of the score. It is held when the score is switched. */
    glideOf,
    /** Makes a glide for the level of a layer. It fades to 0 when the score is switched. */
    levelOf({ gain }: Gain): Glide {
      const level = glideOf(gain);
      levels.push(level);
      return level;
    },
    /** Makes a glide for a gain set by the listener. A switch of the score does not change it. */
    settingOf: ({ gain }: { gain: MovedParam }): Glide => createParamGlide(gain, now),
    /** Holds all parameters of the score from `atS` on and fades the levels to 0. */
    cancelFrom(atS: number): void {
      for (const glide of scored) glide.holdFrom(atS);
      for (const level of levels) level.to(0, atS, cancellingTauS);
    },
  };
}
