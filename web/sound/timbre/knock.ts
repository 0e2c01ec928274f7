// The timbre of a knock.

import { fadeOut, type Samples } from "./samples.ts";

/** Resonances of dead wood: frequency, level, time of the peak. They keep away from the notes of the bells. */
const knockResonances = [
  [152, 0.8, 0.014],
  [2_090, 0.5, 0.004],
  [2_760, 0.35, 0.003],
] as const;
const knockS = 0.16;
const knockReleaseS = 0.02;

/** Makes a knock on dead wood. Each resonance rises and falls so smoothly that it keeps to its own frequencies. */
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
