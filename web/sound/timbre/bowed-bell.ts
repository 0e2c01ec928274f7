// The timbre of a bowed bell.

import { type Partial, releaseS } from "./bell.ts";
import { ringOf } from "./ring.ts";
import { fadeIn, fadeOut, type Samples } from "./samples.ts";

const bowedPartials: readonly Partial[] = [
  [0.5, 0.2, 1.2],
  [1, 1, 1],
  [2, 0.1, 0.7],
];

const bowedSwellS = 1.1;
const bowedFromDb = -42;
const bowedRoundDb = 4;
const bowedOnsetS = 0.2;
/** Samples between two values of the envelope. */
const envelopeStep = 64;

/** Makes the samples of a bowed bell: its slow attack distinguishes it from a stroke, and it fades as slowly. */
export function makeBowedBell(sampleRate: number, hz: number): Samples {
  const fadeS = ringOf(hz);
  const samples = new Float32Array(Math.round((bowedSwellS + fadeS) * sampleRate));
  for (const [ratio, level] of bowedPartials) addSine(samples, (2 * Math.PI * hz * ratio) / sampleRate, level);
  let gain = 0;
  let nextGain = 10 ** (bowedDbAt(0, fadeS) / 20);
  for (let index = 0; index < samples.length; index++) {
    const step = index % envelopeStep;
    // The envelope is slow: the steps between are linear.
    if (step === 0) {
      gain = nextGain;
      nextGain = 10 ** (bowedDbAt((index + envelopeStep) / sampleRate, fadeS) / 20);
    }
    samples[index] = (samples[index] ?? 0) * (gain + ((nextGain - gain) * step) / envelopeStep);
  }
  fadeIn(samples, Math.round(bowedOnsetS * sampleRate));
  fadeOut(samples, Math.round(releaseS * sampleRate));
  return samples;
}

/** Adds a sine by its recurrence, which needs no `Math.sin` per sample. */
function addSine(samples: Samples, angle: number, level: number): void {
  const feedback = 2 * Math.cos(angle);
  let before = 0;
  let now = level * Math.sin(angle);
  for (let index = 1; index < samples.length; index++) {
    samples[index] = (samples[index] ?? 0) + now;
    const next = feedback * now - before;
    before = now;
    now = next;
  }
}

/** Returns the envelope in dB: a linear rise and a linear fall with a rounded peak. */
function bowedDbAt(timeS: number, fadeS: number): number {
  const rising = (bowedFromDb * (bowedSwellS - timeS)) / bowedSwellS;
  const falling = (-60 * (timeS - bowedSwellS)) / fadeS;
  return -Math.log(Math.exp(-rising / bowedRoundDb) + Math.exp(-falling / bowedRoundDb)) * bowedRoundDb;
}
