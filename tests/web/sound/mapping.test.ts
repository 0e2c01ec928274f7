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

test("more is always heard as more: no two values change places", () => {
  const ordered = (of: (value: number) => number, least: number, most: number) =>
    fc.assert(
      fc.property(
        fc.double({ min: least, max: most, noNaN: true }),
        fc.double({ min: 0, max: 5, noNaN: true }),
        (a, more) => expect(of(a + more)).toBeGreaterThanOrEqual(of(a)),
      ),
    );
  ordered((metres) => swellOf(metres).gainDb, 0, 20);
  ordered((speed) => windOf(speed).centreHz, 0, 50);
  ordered(lighthouseDbOf, 0, 50);
  ordered(pitchOf, -5, 40);
  ordered(bellNoteOf, -5, 40);
  ordered((hectopascals) => -throbOf(hectopascals), 900, 1060);
});

test("a sea under the network's bells is fuller the calmer it is, and a storm is as it is", () => {
  expect(calmSeaDbOf(0)).toBe(5);
  expect(calmSeaDbOf(14)).toBeCloseTo(0, 12);
});

test("crests are three to twenty seconds apart, whatever was measured", () => {
  expect([1, 8, 60].map(crestPeriodOf)).toEqual([3, 8, 20]);
});

test("the beam meets a wind from the east after a quarter of its way round, also where it is given as 450° or -270°", () => {
  for (const east of [90, 450, -270]) expect(beamTimeOf(east)).toBeCloseTo(lighthouseTurn.beamS / 4, 12);
});

test("a storm and a flat calm are both out of the ordinary; what was not measured is neither", () => {
  const usual = { waveHeightM: 1.5, waterTempC: 13 };
  expect(extremityOf({ ...usual, waveHeightM: 0 })).toBeGreaterThan(extremityOf(usual));
  expect(extremityOf({ ...usual, waveHeightM: 10 })).toBeGreaterThan(extremityOf(usual));
  expect(extremityOf({ waveHeightM: null, waterTempC: null })).toBe(0);
});

test("a metre of wave is as much news as two degrees of water", () => {
  const before = { waveHeightM: 1, waterTempC: 10 };
  expect(noveltyOf({ ...before, waveHeightM: 2 }, before)).toBe(noveltyOf({ ...before, waterTempC: 12 }, before));
  expect(noveltyOf({ waveHeightM: null, waterTempC: null }, before)).toBe(0);
});
