// Sea states from stations' latest values.

import { describe, expect, test } from "bun:test";
import { currentWindDirection, seaAtStation, seaOverStations } from "../../../web/sea/conditions.ts";

const noon = Date.parse("2026-11-23T12:00:00Z");
const minute = 60_000;

function stationWith(field: string, value: number, ageMin = 0) {
  return { stationId: "44009", fields: { [field]: { value, atMs: noon - ageMin * minute } } };
}

describe("The sea at one station", () => {
  test("has each value's age; fields never measured are null", () => {
    const sea = seaAtStation(stationWith("windSpeedMps", 8, 90), noon);
    expect(sea.windSpeedMps).toBe(8);
    expect(sea.agesMin).toEqual({ windSpeedMps: 90 });
    expect(sea.waveHeightM).toBeNull();
  });
});

describe("The sea over many stations", () => {
  test("is the median of each field", () => {
    const list = [1, 2, 9].map((height) => stationWith("waveHeightM", height));
    expect(seaOverStations(list, noon).waveHeightM).toBe(2);
  });

  test("is the mean of the two middle values of an even count", () => {
    const list = [10, 9, 100, 2].map((height) => stationWith("waveHeightM", height));
    expect(seaOverStations(list, noon).waveHeightM).toBe(9.5);
  });

  test("ignores values at least three hours old", () => {
    const list = [stationWith("waveHeightM", 9, 180), stationWith("waveHeightM", 1, 179)];
    expect(seaOverStations(list, noon).waveHeightM).toBe(1);
    expect(seaOverStations([stationWith("waveHeightM", 9, 180)], noon).waveHeightM).toBeNull();
  });

  test("has a north wind from winds of 350° and 10°", () => {
    const list = [350, 10].map((degrees) => stationWith("windDirDeg", degrees));
    expect(Math.round(seaOverStations(list, noon).windDirDeg ?? Number.NaN) % 360).toBe(0);
  });

  test("ignores a calm's direction, sent with the calm or before it", () => {
    const wind = (speed: number, degrees: number, directionAgeMin = 0) => ({
      stationId: "44009",
      fields: {
        windSpeedMps: { value: speed, atMs: noon },
        windDirDeg: { value: degrees, atMs: noon - directionAgeMin * minute },
      },
    });
    const list = [wind(8, 180), wind(8, 180), wind(0, 0), wind(0, 360), wind(0, 0, 10)];
    expect(seaOverStations(list, noon)).toMatchObject({ windSpeedMps: 0, windDirDeg: 180 });
    expect(seaAtStation(wind(0, 360), noon)).toMatchObject({ windSpeedMps: 0, windDirDeg: null });
    expect(currentWindDirection(wind(0, 360), noon)).toBeNull();
    expect(currentWindDirection(wind(8, 180), noon)).toBe(180);
    expect(seaAtStation(wind(0, 90, -10), noon + 10 * minute)).toMatchObject({ windDirDeg: 90 });
  });

  test("has no direction for opposite winds", () => {
    const list = [90, 270].map((degrees) => stationWith("windDirDeg", degrees));
    expect(seaOverStations(list, noon).windDirDeg).toBeNull();
  });
});
