// The timbre of the drone.

import type { Samples } from "./samples.ts";

/**
 * Frequencies (Hz) and levels of the drone: a root, its fifth, and their harmonics. The lines at 330, 495, 660 and 825
 * Hz have the same level: any of them shows the drone's level if a loudspeaker loses the low ones.
 */
const droneLines = [
  [110, 0.5],
  [165, 0.3],
  [220, 0.3],
  [330, 0.2],
  [440, 0.18],
  [495, 0.2],
  [550, 0.16],
  [660, 0.2],
  [770, 0.07],
  [825, 0.2],
  [880, 0.05],
  [990, 0.13],
  [1_155, 0.05],
  [1_320, 0.04],
] as const;
/** Length of the loop: a whole number of periods of every line. */
const droneLoopS = 0.2;
/** Peak level of the drone. */
const dronePeak = 0.5;

/** Makes the loop of the drone, without a throb. */
export function makeDrone(sampleRate: number): Samples {
  const samples = new Float32Array(Math.round(droneLoopS * sampleRate));
  for (const [hz, level] of droneLines) {
    const angle = (2 * Math.PI * hz) / sampleRate;
    for (let index = 0; index < samples.length; index++) {
      samples[index] = (samples[index] ?? 0) + level * Math.sin(angle * index);
    }
  }
  const peak = samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
  return samples.map((sample) => (sample * dronePeak) / peak);
}
