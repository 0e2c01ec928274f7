import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { ObservationMessage } from "../../shared/observation.ts";
import { mapping, strikeFor } from "../../web/mapping.ts";

const observation: ObservationMessage = {
  stationId: "44009",
  timestamp: "2025-11-15T12:00:00.000Z",
  waveHeightM: 1.2,
  windSpeedMps: 5.1,
  windDirDeg: 180,
  waterTempC: 12.4,
  pressureHpa: 1012.8,
};

describe("The mapping", () => {
  test.each(["waterTempC", "waveHeightM", "windSpeedMps"] as const)("never lets more of %s sound like less", (name) => {
    const value = fc.double({ min: -100, max: 200, noNaN: true });
    fc.assert(
      fc.property(value, value, (one, other) => {
        const [less, more] = one < other ? [one, other] : [other, one];
        expect(mapping[name].toSound(more)).toBeGreaterThanOrEqual(mapping[name].toSound(less));
      }),
    );
  });

  test("spans three octaves of water temperature, from A3 to A6", () => {
    expect(mapping.waterTempC.toSound(-2)).toBe(220);
    expect(mapping.waterTempC.toSound(34)).toBe(1760);
  });

  test("lets every note be heard somewhere between freezing and tropical water", () => {
    const heard = new Set(Array.from({ length: 361 }, (_, tenth) => mapping.waterTempC.toSound(-2 + tenth / 10)));
    expect(heard.size).toBe(16);
  });

  test("tells waves of half a metre from one metre better than of nine from nine and a half", () => {
    const { waveHeightM } = mapping;
    const between = (less: number, more: number) => waveHeightM.toSound(more) - waveHeightM.toSound(less);
    expect(between(0.5, 1)).toBeGreaterThan(5 * between(9, 9.5));
  });

  test("uses the whole range of hardness, from no wave to the highest", () => {
    expect(mapping.waveHeightM.toSound(0)).toBe(0);
    expect(mapping.waveHeightM.toSound(14)).toBe(1);
  });

  test.each(Object.values(mapping))("lets what lies beyond the scale of $measured sound like its end", (row) => {
    const [least, most] = row.range;
    expect(row.toSound(least - 5)).toBe(row.toSound(least));
    expect(row.toSound(most + 5)).toBe(row.toSound(most));
  });

  test("puts the west on the left, the middle between the ears, and the east on the right", () => {
    const pans = [-160, -124, -90, -74, -20].map((longitude) => mapping.longitude.toSound(longitude));
    expect(pans).toEqual(pans.toSorted((left, right) => left - right));
    expect(mapping.longitude.toSound(-90)).toBeCloseTo(0);
    expect(pans[0]).toBeCloseTo(-0.85);
    expect(pans.at(-1)).toBeCloseTo(0.85);
  });

  test("puts Guam, beyond the date line, on the left", () => {
    expect(mapping.longitude.toSound(144.8)).toBeCloseTo(-0.85);
  });
});

describe("A bell", () => {
  test("sounds as the table says", () => {
    expect(strikeFor(observation, -74.7)).toEqual({
      hz: mapping.waterTempC.toSound(12.4),
      hardness: mapping.waveHeightM.toSound(1.2),
      ringSeconds: mapping.windSpeedMps.toSound(5.1),
      pan: mapping.longitude.toSound(-74.7),
    });
  });

  test("of zeros is a bell like any other", () => {
    const zeros = { ...observation, waterTempC: 0, waveHeightM: 0, windSpeedMps: 0 };
    expect(strikeFor(zeros, 0)).toEqual({
      hz: expect.any(Number),
      hardness: 0,
      ringSeconds: 1.2,
      pan: expect.closeTo(0.85),
    });
  });

  test("never takes what was not measured for a zero", () => {
    const nothing = { ...observation, waterTempC: null, waveHeightM: null, windSpeedMps: null };
    expect(strikeFor(nothing, null)).toEqual({ hz: null, hardness: null, ringSeconds: null, pan: null });
  });
});
