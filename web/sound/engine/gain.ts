// Decibels and slider levels as gains.

import { silentDb } from "../mapping.ts";

/** Returns the gain of a level in dB; 0 for {@link silentDb}. */
export function fromDb(db: number): number {
  return db <= silentDb ? 0 : 10 ** (db / 20);
}

/**
 * Returns the gain of a slider's level, both 0..1. It is squared: an ear takes a quarter of the amplitude for about half as
 * loud.
 */
export function sliderGain(level: number): number {
  return level ** 2;
}
