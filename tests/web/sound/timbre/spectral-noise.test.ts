// Unit tests of the noise generator.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { createRandom } from "../../../../web/sound/random.ts";
import { makeNoises } from "../../../../web/sound/timbre/spectral-noise.ts";

setDefaultTimeout(120_000);

const sampleRate = 8_000;

/** Returns the level of one frequency in samples, by a Fourier sum. */
function levelAt(samples: Float32Array, hz: number): number {
  let [real, imaginary] = [0, 0];
  for (const [index, sample] of samples.entries()) {
    real += sample * Math.cos((2 * Math.PI * hz * index) / sampleRate);
    imaginary += sample * Math.sin((2 * Math.PI * hz * index) / sampleRate);
  }
  return (2 * Math.hypot(real, imaginary)) / samples.length;
}

describe("A noise", () => {
  const length = 2 ** 13;
  const binHz = sampleRate / length;
  const only = (fromHz: number, toHz: number) => (hz: number) => (hz >= fromHz && hz <= toHz ? 1 : 0);
  const [low, high] = makeNoises(length, sampleRate, [only(100, 200), only(1_000, 1_100)], createRandom(1));

  test("has the given frequencies and no others", () => {
    for (const hz of [120, 150, 1_020, 1_090, 500, 3_000].map((near) => Math.round(near / binHz) * binHz)) {
      expect(levelAt(low, hz) > 1e-6).toBe(hz > 100 && hz < 200);
      expect(levelAt(high, hz) > 1e-6).toBe(hz > 1_000 && hz < 1_100);
    }
  });

  test("loops without a seam", () => {
    const steps = Array.from(low, (sample, index) => Math.abs((low[(index + 1) % length] ?? 0) - sample));
    expect(steps.at(-1)).toBeLessThanOrEqual(Math.max(...steps.slice(0, -1)));
  });

  test("has the same level as every other noise", () => {
    for (const samples of [low, high]) {
      expect(Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / length)).toBeCloseTo(0.25, 5);
    }
  });
});
