// The spectra of swell and foam.

import { band, besideNotes } from "./note-gaps.ts";

/** Half width of a gap; narrower than the wind's, because the foam has a narrower band and must keep most of it. */
const foamGapHz = 20;

/**
 * Returns the spectrum of the swell: brown noise below the foam. It has no gaps for notes: a gap at low frequencies
 * would sound like a tone.
 */
export function swellAt(hz: number): number {
  return band(hz, 45, 430) / hz;
}

/** Returns the spectrum of the foam: pink noise, high enough for a phone's loudspeaker and below the wind. */
export function foamAt(hz: number): number {
  const share = band(hz, 335, 585);
  return share === 0 ? 0 : (share * besideNotes(hz, foamGapHz)) / Math.sqrt(hz);
}
