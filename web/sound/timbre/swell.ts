// The timbre of swell and foam.

import { band, besideNotes } from "./note-gaps.ts";

/** Narrower than the wind's, since the foam is: the gaps must leave most of it. */
const foamGapHz = 20;

/**
 * Returns the spectrum of the swell: brown, up to where the foam begins. It leaves no gaps for notes: a gap in the depth
 * would be heard as a tone of its own.
 */
export function swellAt(hz: number): number {
  return band(hz, 45, 430) / hz;
}

/** Returns the spectrum of the foam: pink, above what a telephone's loudspeaker leaves out and below the wind. */
export function foamAt(hz: number): number {
  return (band(hz, 335, 585) * besideNotes(hz, foamGapHz)) / Math.sqrt(hz);
}
