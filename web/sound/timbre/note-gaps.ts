// Gaps in the noise spectra, which keep the notes audible.

import { bellNotesHz, lighthouseHz, rootHz } from "../mapping.ts";
import { noiseSampleRate } from "../sample-rate.ts";
import { noiseLength } from "./spectral-noise.ts";

/** Noise level in a gap; complete silence would be audible by itself. */
const gapLevel = 0.03;
/** Distance between two frequencies of the noise. */
const outputBinHz = noiseSampleRate / noiseLength;
/** Half width of the lighthouse's gaps: its ticks are short, so their spectrum is wide. */
const pingGapHz = 70;
/** Frequencies that noise must not mask: the bells, and the drone's lines above them. */
const keptFreeHz = [...bellNotesHz, 7 * rootHz, 7.5 * rootHz, 10.5 * rootHz];

/** Returns 1 between two frequencies, and falls to 0 within a sixth of an octave outside. */
export function band(hz: number, fromHz: number, toHz: number): number {
  const octavesOutside = Math.max(Math.log2(fromHz / hz), Math.log2(hz / toHz), 0);
  return octavesOutside > 1 / 6 ? 0 : (1 + Math.cos(6 * Math.PI * octavesOutside)) / 2;
}

/**
 * Returns the gap level near a note that must stay audible, and 1 elsewhere.
 * @param gapHz half the width of a gap
 */
export function besideNotes(hz: number, gapHz: number): number {
  const tone = (noteHz: number) => Math.abs(hz - noteHz) < gapHz;
  const ping = (pingHz: number) => Math.abs(hz - pingHz) < pingGapHz;
  return keptFreeHz.some(tone) || Object.values(lighthouseHz).some(ping) ? gapLevel : 1;
}

/** Returns whether this frequency of a noise is the nearest one to a note. */
export function isUponNote(hz: number): boolean {
  return bellNotesHz.some((noteHz) => Math.abs(noteHz - hz) <= outputBinHz / 2);
}
