// The timbre of a knock on wood.

import { fadeOut, type Samples } from "./samples.ts";

/** Resonances of dead wood: frequency (Hz), level, time of the peak (s). They avoid the notes of the bells. */
const knockResonances = [
  [152, 0.8, 0.014],
  [2_090, 0.5, 0.004],
  [2_760, 0.35, 0.003],
] as const;
const knockS = 0.16;
const knockReleaseS = 0.02;

/** Makes the samples of a knock. The smooth envelope of each resonance keeps its spectrum narrow. */
export function makeKnock(sampleRate: number): Samples {
  const samples = new Float32Array(Math.round(knockS * sampleRate));
  for (const [hz, level, peakS] of knockResonances) {
    for (let index = 0; index < samples.length; index++) {
      const time = index / sampleRate / peakS;
      const envelope = time ** 3 * Math.exp(3 * (1 - time));
      samples[index] = (samples[index] ?? 0) + level * envelope * Math.sin(2 * Math.PI * hz * time * peakS);
    }
  }
  fadeOut(samples, Math.round(knockReleaseS * sampleRate));
  return samples;
}
