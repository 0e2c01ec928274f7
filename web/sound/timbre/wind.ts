// The spectra of the wind and its flutter.

import { band, besideNotes, isUponNote } from "./note-gaps.ts";

/** Half width of the gap in the wind around a note. */
const windGapHz = 22;
/**
 * Level of a faint, steady line in the middle of each gap. The little noise left in a gap fluctuates, and without the
 * line a reader sometimes took it for a soft bell. The wind around it masks the line.
 */
const lineLevel = 6;

/** Returns the spectrum of the wind: pink noise, which the wind layer's band-pass then filters. */
export function windAt(hz: number): number {
  const share = band(hz, 680, 7_500);
  if (share === 0) return 0;
  const level = isUponNote(hz) ? lineLevel : besideNotes(hz, windGapHz);
  return (share * level) / Math.sqrt(hz);
}

/** Returns the spectrum of the flutter, below the audible range. */
export function flutterAt(hz: number): number {
  return hz < 1.5 ? 1 / Math.sqrt(hz + 0.2) : 0;
}
