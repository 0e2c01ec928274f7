// What keeps noises away from the notes that are to be heard through them.

import { bellNotesHz, lighthouseHz, rootHz } from "../mapping.ts";
import { soundSampleRate } from "../sample-rate.ts";
import { noiseLength } from "./spectral-noise.ts";

/** What is left of the noise in a gap, so that it is no silence of its own. */
const gapLevel = 0.03;
/** The noises' frequencies are so far apart. */
const outputBinHz = soundSampleRate / noiseLength;
/** The lighthouse's ticks are short, so they are wide. */
const pingGapHz = 70;
/** Where noise would cover what is read by its pitch: bells, and the lines of the drone above them. */
const keptFreeHz = [...bellNotesHz, 7 * rootHz, 7.5 * rootHz, 10.5 * rootHz];

/** Returns 1 between two frequencies, falling to 0 within a sixth of an octave outside. */
export function band(hz: number, fromHz: number, toHz: number): number {
  const octavesOutside = Math.max(Math.log2(fromHz / hz), Math.log2(hz / toHz), 0);
  return octavesOutside > 1 / 6 ? 0 : (1 + Math.cos(6 * Math.PI * octavesOutside)) / 2;
}

/** Returns a little at the notes that are to be heard through the noise, 1 beside them. @param gapHz half a gap's width */
export function besideNotes(hz: number, gapHz: number): number {
  const tone = (noteHz: number) => Math.abs(hz - noteHz) < gapHz;
  const ping = (pingHz: number) => Math.abs(hz - pingHz) < pingGapHz;
  return keptFreeHz.some(tone) || Object.values(lighthouseHz).some(ping) ? gapLevel : 1;
}

/** Returns whether a frequency of a noise is the nearest to a note. */
export function isUponNote(hz: number): boolean {
  return bellNotesHz.some((noteHz) => Math.abs(noteHz - hz) <= outputBinHz / 2);
}
