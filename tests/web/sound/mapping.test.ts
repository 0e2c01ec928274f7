// Unit tests of the rules that map measured values to sound.

import { expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import {
  beamTimeOf,
  bellNoteOf,
  calmSeaDbOf,
  crestPeriodOf,
  extremityOf,
  lighthouseDbOf,
  lighthouseTurn,
  noveltyOf,
  pitchOf,
  swellOf,
  throbOf,
  windOf,
} from "../../../web/sound/mapping.ts";

setDefaultTimeout(120_000);

test("a larger value never sounds like a smaller one", () => {
  const ordered = (of: (value: number) => number, min: number, max: number) =>
    fc.assert(
      fc.property(fc.double({ min, max, noNaN: true }), fc.double({ min: 0, max: 5, noNaN: true }), (a, more) =>
        expect(of(a + more)).toBeGreaterThanOrEqual(of(a)),
      ),
    );
  ordered((metres) => swellOf(metres).gainDb, 0, 20);
  ordered((speed) => windOf(speed).centreHz, 0, 50);
  ordered(lighthouseDbOf, 0, 50);
  ordered(pitchOf, -5, 40);
  ordered(bellNoteOf, -5, 40);
  ordered((hectopascals) => -throbOf(hectopascals), 900, 1060);
});

test("a calm sea is louder under the network's bells, a storm is unchanged", () => {
  expect(calmSeaDbOf(0)).toBe(5);
  expect(calmSeaDbOf(14)).toBeCloseTo(0, 12);
});

test("crests are 3 to 20 seconds apart for any measured period", () => {
  expect([1, 8, 60].map(crestPeriodOf)).toEqual([3, 8, 20]);
});

test("the beam meets an east wind after a quarter turn, also at 450° or -270°", () => {
  for (const east of [90, 450, -270]) expect(beamTimeOf(east)).toBeCloseTo(lighthouseTurn.beamS / 4, 12);
});

test("a storm and a flat calm are both unusual; a missing value is neither", () => {
  const usual = { waveHeightM: 1.5, waterTempC: 13 };
  expect(extremityOf({ ...usual, waveHeightM: 0 })).toBeGreaterThan(extremityOf(usual));
  expect(extremityOf({ ...usual, waveHeightM: 10 })).toBeGreaterThan(extremityOf(usual));
  expect(extremityOf({ waveHeightM: null, waterTempC: null })).toBe(0);
});

test("one metre of wave height is as new as two degrees of water", () => {
  const before = { waveHeightM: 1, waterTempC: 10 };
  expect(noveltyOf({ ...before, waveHeightM: 2 }, before)).toBe(noveltyOf({ ...before, waterTempC: 12 }, before));
  expect(noveltyOf({ waveHeightM: null, waterTempC: null }, before)).toBe(0);
});
