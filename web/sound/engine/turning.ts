// Where in its turn a tone or a throb is at any moment.

import { soundSampleRate } from "../sample-rate.ts";
import type { SetEvent } from "../sound-event.ts";

/** Something that turns without end: where it stood (0..1 of a turn) at a moment, and how often it turns a second. */
export type Turn = { atS: number; turns: number; hz: number };

/** A whole number of turns in a whole number of samples, to be played round and round. */
type TurningLoop = { cycles: number; length: number };

/** Of the throb: it modulates and is not heard itself. */
export const throbSampleRate = 8_000;
export const glassSampleRate = soundSampleRate;

/** Returns the nearest moment at which a sample falls; what begins between two samples would be blurred. */
export function onGrid(atS: number): number {
  return Math.round(atS * glassSampleRate) / glassSampleRate;
}

/** A loop's pitch is this close to what was asked for, as a share of it: 0.035 cents. */
const closeEnough = 2e-5;

/** Returns the shortest loop whose pitch is close enough to what is asked for. */
export function turningLoop(hz: number, sampleRate: number): TurningLoop {
  for (let cycles = 1; ; cycles++) {
    const length = Math.round((cycles * sampleRate) / hz);
    if (Math.abs((cycles * sampleRate) / (length * hz) - 1) < closeEnough) return { cycles, length };
  }
}

/** Returns where in its turn (0..1) something is at a later moment. */
export function turnsAt({ atS, turns, hz }: Turn, laterS: number): number {
  const later = turns + hz * (laterS - atS);
  return later - Math.floor(later);
}

/** Returns how something turns on when its pitch changes: from where it stands, or from the beginning of a turn. */
export function turnOn(before: Turn | null, { cycles, length }: TurningLoop, sampleRate: number, atS: number): Turn {
  return { atS, turns: before === null ? 0 : turnsAt(before, atS), hz: (cycles * sampleRate) / length };
}

/** Returns the loop that an event sets going, with its sample rate; `null` where nothing turns. */
export function loopOf(event: SetEvent): { loop: TurningLoop; sampleRate: number } | null {
  if (event.layer === "pressure" && event.throbHz > 0) {
    return { loop: turningLoop(event.throbHz, throbSampleRate), sampleRate: throbSampleRate };
  }
  if (event.layer === "water") return { loop: turningLoop(event.hz, glassSampleRate), sampleRate: glassSampleRate };
  return null;
}
