import { describe, expect, test } from "bun:test";
import { bellWaveform, knockWaveform, waveformHz } from "../../web/bell-waveform.ts";

const loudest = (samples: Float32Array) => samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);

describe("The waveform of a bell", () => {
  const bell = bellWaveform(440);

  test("begins at rest and reaches full scale, no more", () => {
    expect(bell[0]).toBe(0);
    expect(loudest(bell)).toBeCloseTo(1, 5);
  });

  test("has all but faded at its end, so that it ends without a click", () => {
    expect(loudest(bell.slice(-waveformHz / 10))).toBeLessThan(0.001);
  });

  test("has its strike note an octave above its lowest partial", () => {
    const level = (hz: number) => Math.hypot(correlate(bell, hz, Math.sin), correlate(bell, hz, Math.cos));
    expect(level(440 - 0.35)).toBeGreaterThan(5 * level(415));
    expect(level(220 - 0.35)).toBeGreaterThan(5 * level(233));
  });
});

test("A knock is over before a bell has begun to fade", () => {
  const knock = knockWaveform();
  expect(loudest(knock)).toBeCloseTo(1, 5);
  expect(loudest(knock.slice(waveformHz / 10))).toBeLessThan(0.01);
});

function correlate(samples: Float32Array, hz: number, wave: (angle: number) => number): number {
  return samples.reduce((sum, sample, index) => sum + sample * wave((2 * Math.PI * hz * index) / waveformHz), 0);
}
