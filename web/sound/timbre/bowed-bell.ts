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

/** Makes the samples of a bowed bell: its slow attack distinguishes it from a stroke, and it fades as slowly. */
export function makeBowedBell(sampleRate: number, hz: number): Samples {
  const fadeS = ringOf(hz);
  const samples = new Float32Array(Math.round((bowedSwellS + fadeS) * sampleRate));
  for (const [ratio, level] of bowedPartials) {
    const angle = (2 * Math.PI * hz * ratio) / sampleRate;
    for (let index = 0; index < samples.length; index++) {
      const gainDb = bowedDbAt(index / sampleRate, fadeS);
      samples[index] = (samples[index] ?? 0) + level * 10 ** (gainDb / 20) * Math.sin(angle * index);
    }
  }
  fadeIn(samples, Math.round(bowedOnsetS * sampleRate));
  fadeOut(samples, Math.round(releaseS * sampleRate));
  return samples;
}

/** Returns the envelope in dB: a linear rise and a linear fall with a rounded peak. */
function bowedDbAt(timeS: number, fadeS: number): number {
  const rising = (bowedFromDb * (bowedSwellS - timeS)) / bowedSwellS;
  const falling = (-60 * (timeS - bowedSwellS)) / fadeS;
  return -Math.log(Math.exp(-rising / bowedRoundDb) + Math.exp(-falling / bowedRoundDb)) * bowedRoundDb;
}
