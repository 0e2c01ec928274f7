// The impulse response of the reverb.

import type { Samples } from "./samples.ts";

/** Short, because an echo longer than a bell's upper notes sounds like more bells. */
const echoS = 1.5;
const echoLevel = 0.05;

/** Makes the impulse response: noise that fades and darkens, as in a stone harbour. */
export function makeEcho(sampleRate: number, random: () => number): Samples {
  const length = Math.round(echoS * sampleRate);
  const onset = 0.01 * sampleRate;
  const samples = new Float32Array(length);
  let dark = 0;
  for (let index = 0; index < length; index++) {
    const left = 1 - index / length;
    dark += (0.04 + 0.3 * left) * (2 * random() - 1 - dark);
    samples[index] = dark * Math.exp(-6.9 * (1 - left)) * Math.min(1, index / onset) * echoLevel;
  }
  return samples;
}
