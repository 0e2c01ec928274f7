// Conversion of decibels and slider levels to gains.

import { silentDb } from "../mapping.ts";

/** Returns the gain of a level in dB; 0 for {@link silentDb}. */
export function fromDb(db: number): number {
  return db <= silentDb ? 0 : 10 ** (db / 20);
}

/**
 * Returns the gain (0..1) for a slider level (0..1). The level is squared, because a quarter of the amplitude sounds
 * about half as loud.
 */
export function sliderGain(level: number): number {
  return level ** 2;
}
