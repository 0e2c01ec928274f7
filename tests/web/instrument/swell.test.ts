// The motion of the drawn swell.

import { expect, test } from "bun:test";
import { drawnSwell, heightAt, steadyRate, waterPath } from "../../../web/instrument/swell.ts";

test("the drawn swell has the measured period, and higher and longer waves are drawn so", () => {
  const [small, large] = [drawnSwell(0.5, 5), drawnSwell(4, 12)];
  expect(small?.periodMs).toBe(5_000);
  expect(large?.periodMs).toBe(12_000);
  expect(large?.amplitudePx).toBeGreaterThan(4 * (small?.amplitudePx ?? 0));
  expect(large?.lengthPx).toBeGreaterThan(2 * (small?.lengthPx ?? 0));
});

test("without a height or a period there is no swell", () => {
  expect([drawnSwell(null, 8), drawnSwell(2, null), drawnSwell(2, 0)]).toEqual([null, null, null]);
});

test("the water is highest when a crest passes, and the path begins with a crest", () => {
  const swell = drawnSwell(2, 8);
  if (!swell) throw new Error("no swell");
  const heights = Array.from({ length: 100 }, (_, step) => heightAt(swell, step / 100));
  expect(Math.max(...heights)).toBe(heights[0] ?? Number.NaN);
  expect(waterPath(swell, 2, 50)).toStartWith(`M0.0 -${swell.amplitudePx.toFixed(1)}L`);
});

test("a drawing that is late or early meets the sound's crest one wave later", () => {
  for (const late of [-0.3, -0.05, 0, 0.05, 0.3]) {
    const periodMs = 8_000;
    const positionMs = 5 * periodMs + late * periodMs;
    const oneWaveLater = positionMs + steadyRate(positionMs, periodMs) * periodMs;
    expect(oneWaveLater / periodMs).toBeCloseTo(6, 9);
  }
});
