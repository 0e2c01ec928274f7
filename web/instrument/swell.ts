// The motion of the drawn swell: shape, speed and rhythm.

import { clamp } from "../../shared/numbers.ts";

/** The drawn swell. Lengths are in pixels. */
export type Swell = { periodMs: number; lengthPx: number; amplitudePx: number };

const pixelsPerMetre = 6;
/** From calm to the highest wave that fits into the drawing. */
const amplitude = { min: 0.8, max: 44 };
const wavelength = { min: 70, max: 300 };
/** Length of a wave of deep water in metres, divided by the square of its period in seconds (g / 2π). */
const deepWater = 1.56;
const pixelsPerMetreOfLength = 0.7;
const stepsPerWave = 16;

/** Returns the swell of a significant wave height in m and a period in s; `null`: one of them was not measured. */
export function drawnSwell(waveHeightM: number | null, periodS: number | null): Swell | null {
  if (waveHeightM === null || periodS === null || periodS <= 0) return null;
  const lengthPx = clamp(deepWater * periodS ** 2 * pixelsPerMetreOfLength, wavelength.min, wavelength.max);
  return {
    periodMs: periodS * 1_000,
    lengthPx,
    amplitudePx: clamp(waveHeightM * pixelsPerMetre, amplitude.min, amplitude.max),
  };
}

/** Returns the height of the water above its mean, in pixels. @param phase 0..1; a crest passes at 0 */
export const heightAt = ({ amplitudePx }: Swell, phase: number) => amplitudePx * Math.cos(2 * Math.PI * phase);

/** Returns the slope of the water in degrees, positive if it falls to the right. */
export function slopeAt({ amplitudePx, lengthPx }: Swell, phase: number): number {
  return (Math.atan((amplitudePx * 2 * Math.PI * Math.sin(2 * Math.PI * phase)) / lengthPx) * 180) / Math.PI;
}

/** Returns an SVG path of the water: waves from the left edge, with a crest there, down to `depthPx` below the mean. */
export function waterPath(swell: Swell, waves: number, depthPx: number): string {
  const points = Array.from({ length: waves * stepsPerWave + 1 }, (_, step) => {
    const x = (step / stepsPerWave) * swell.lengthPx;
    return `${x.toFixed(1)} ${(-heightAt(swell, step / stepsPerWave)).toFixed(1)}`;
  });
  return `M${points.join("L")}V${depthPx}H0Z`;
}

/**
 * Returns the playback rate with which the drawing and the sound agree after one more wave. Crests of the sound vary a
 * little, and a jump would be seen.
 * @param currentMs position in the drawing's period when the crest sounds
 */
export function steadyRate(currentMs: number, periodMs: number): number {
  const phase = (((currentMs / periodMs) % 1) + 1) % 1;
  return 1 + (phase < 0.5 ? -phase : 1 - phase);
}
