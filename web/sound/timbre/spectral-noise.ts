// Noise with a given spectrum, as a seamless loop.

import type { Samples } from "./samples.ts";

/** Level of a noise at a frequency; only the shape matters. */
type Spectrum = (hz: number) => number;

/** Length of wind and foam in samples: 22 s, too long for a listener to notice the loop. */
export const noiseLength = 2 ** 19;

/** Root mean square of every noise. */
const noiseLevel = 0.25;

/**
 * Makes two independent noises with exactly the given spectra. All frequencies fit a whole number of times into the
 * length, so the loops are seamless.
 * @param length in samples, a power of two
 * @param random 0..1, sets the phases
 */
export function makeNoises(
  length: number,
  sampleRate: number,
  spectra: readonly [Spectrum, Spectrum],
  random: () => number,
): [Samples, Samples] {
  const real = new Float64Array(length);
  const imaginary = new Float64Array(length);
  // Two real signals are the real and the imaginary part of one complex signal.
  for (let bin = 1; bin < length / 2; bin++) {
    const hz = (bin * sampleRate) / length;
    const [one, other] = [spectra[0](hz), spectra[1](hz)];
    if (one === 0 && other === 0) continue;
    const [onePhase, otherPhase] = [2 * Math.PI * random(), 2 * Math.PI * random()];
    const [a, b] = [one * Math.cos(onePhase), one * Math.sin(onePhase)];
    const [c, d] = [other * Math.cos(otherPhase), other * Math.sin(otherPhase)];
    real[bin] = a - d;
    imaginary[bin] = b + c;
    real[length - bin] = a + d;
    imaginary[length - bin] = c - b;
  }
  transform(real, imaginary);
  return [levelled(real), levelled(imaginary)];
}

function levelled(samples: Float64Array): Samples {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  const gain = power === 0 ? 0 : noiseLevel / Math.sqrt(power);
  return new Float32Array(samples.map((sample) => sample * gain));
}

/** Computes the fast Fourier transform (Cooley–Tukey) in place, unscaled. */
function transform(real: Float64Array, imaginary: Float64Array): void {
  const { length } = real;
  for (let index = 1, reversed = 0; index < length; index++) {
    let bit = length >> 1;
    for (; reversed & bit; bit >>= 1) reversed ^= bit;
    reversed ^= bit;
    if (index < reversed) {
      swap(real, index, reversed);
      swap(imaginary, index, reversed);
    }
  }
  for (let half = 1; half < length; half *= 2) {
    const [cosines, sines] = turnsOf(half);
    for (let from = 0; from < length; from += 2 * half) {
      for (let index = 0; index < half; index++) {
        const even = from + index;
        const odd = even + half;
        const cosine = at(cosines, index);
        const sine = at(sines, index);
        const turnedReal = at(real, odd) * cosine - at(imaginary, odd) * sine;
        const turnedImaginary = at(real, odd) * sine + at(imaginary, odd) * cosine;
        real[odd] = at(real, even) - turnedReal;
        imaginary[odd] = at(imaginary, even) - turnedImaginary;
        real[even] = at(real, even) + turnedReal;
        imaginary[even] = at(imaginary, even) + turnedImaginary;
      }
    }
  }
}

/** Returns cosines and sines of half a turn in `half` steps, next to each other in memory: the loop above is faster. */
function turnsOf(half: number): [Float64Array, Float64Array] {
  const angles = new Float64Array(half).map((_, index) => (Math.PI * index) / half);
  return [angles.map(Math.cos), angles.map(Math.sin)];
}

function swap(samples: Float64Array, one: number, other: number): void {
  const kept = at(samples, one);
  samples[one] = at(samples, other);
  samples[other] = kept;
}

function at(samples: Float64Array, index: number): number {
  return samples[index] ?? 0;
}
