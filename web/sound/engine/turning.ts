// The phase of continuous tones and throbs at any time.

import { soundSampleRate } from "../sample-rate.ts";
import type { SetEvent } from "../sound-event.ts";

/** A periodic signal: its phase (0..1 of a turn) at `atS`, and its frequency. */
export type Turn = { atS: number; turns: number; hz: number };

/** A loop: a whole number of cycles in a whole number of samples. */
type TurningLoop = { cycles: number; length: number };

/** Sample rate of the throb, which only modulates and needs no audio rate. */
export const throbSampleRate = 8_000;
/** Sample rate of the glass tone. */
export const glassSampleRate = soundSampleRate;

/** Returns the time (s) of the nearest sample. A start between two samples would be interpolated. */
export function onGrid(atS: number): number {
  return Math.round(atS * glassSampleRate) / glassSampleRate;
}

/** Max relative error of a loop's pitch: 0.035 cents. */
const closeEnough = 2e-5;

/** Returns the shortest loop whose pitch is within the max error. */
export function turningLoop(hz: number, sampleRate: number): TurningLoop {
  for (let cycles = 1; ; cycles++) {
    const length = Math.round((cycles * sampleRate) / hz);
    if (Math.abs((cycles * sampleRate) / (length * hz) - 1) < closeEnough) return { cycles, length };
  }
}

/** Returns the phase (0..1) at a later time. */
export function turnsAt({ atS, turns, hz }: Turn, laterS: number): number {
  const later = turns + hz * (laterS - atS);
  return later - Math.floor(later);
}

/** Returns the turn after a change of pitch: it continues the phase, or starts at 0 if `before` is `null`. */
export function turnOn(before: Turn | null, { cycles, length }: TurningLoop, sampleRate: number, atS: number): Turn {
  return { atS, turns: before === null ? 0 : turnsAt(before, atS), hz: (cycles * sampleRate) / length };
}

/** Returns the loop for an event and its sample rate; `null` for an event without a periodic signal. */
export function loopOf(event: SetEvent): { loop: TurningLoop; sampleRate: number } | null {
  if (event.layer === "pressure" && event.throbHz > 0) {
    return { loop: turningLoop(event.throbHz, throbSampleRate), sampleRate: throbSampleRate };
  }
  if (event.layer === "water") return { loop: turningLoop(event.hz, glassSampleRate), sampleRate: glassSampleRate };
  return null;
}
