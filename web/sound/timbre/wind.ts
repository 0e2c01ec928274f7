// The timbre of the wind.

import { band, besideNotes, isUponNote } from "./note-gaps.ts";

/** Width of the gap that the wind leaves for a note, to each side. */
const windGapHz = 22;
/**
 * In the middle of a gap stands one faint, steady line: what little noise is left beside it comes and goes, and without
 * the line it would now and then be taken for a soft bell. The wind around it covers it.
 */
const lineLevel = 6;

/** Returns the spectrum of the wind: pink; what is heard of it is chosen by the wind's own filter. */
export function windAt(hz: number): number {
  const level = isUponNote(hz) ? lineLevel : besideNotes(hz, windGapHz);
  return (band(hz, 680, 7_500) * level) / Math.sqrt(hz);
}

/** Returns the spectrum of how wind comes and goes, below what can be heard. */
export function flutterAt(hz: number): number {
  return hz < 1.5 ? 1 / Math.sqrt(hz + 0.2) : 0;
}
