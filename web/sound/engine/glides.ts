// All the parameters that move in an engine.

import type { Gain } from "../tone.ts";
import { createGlide, type Glide, type MovedParam } from "./glide.ts";

/** How quickly what sounds fades when the score is switched. */
export const cancellingTauS = 0.05;

/**
 * Makes the glides of one engine, and holds or silences them all when the score is switched.
 * @param now the context's time, in seconds
 */
export function createGlides(now: () => number) {
  const scored: Glide[] = [];
  const levels: Glide[] = [];

  function glideOf(param: MovedParam): Glide {
    const glide = createGlide(param, now);
    scored.push(glide);
    return glide;
  }

  return {
    /** A parameter that a score moves; it is held when the score is switched. */
    glideOf,
    /** The level of a layer; it falls to nothing when the score is switched. */
    levelOf({ gain }: Gain): Glide {
      const level = glideOf(gain);
      levels.push(level);
      return level;
    },
    /** A gain that a listener sets, and no score: it stays as it is when the score is switched. */
    settingOf: ({ gain }: Gain): Glide => createGlide(gain, now),
    cancelFrom(atS: number): void {
      for (const glide of scored) glide.holdFrom(atS);
      for (const level of levels) level.to(0, atS, cancellingTauS);
    },
  };
}
