import { describe, expect, test } from "bun:test";
import { currentWindDirection, seaAtStation, seaOverStations } from "../../../web/sea/conditions.ts";

const noon = Date.parse("2026-11-23T12:00:00Z");
const minute = 60_000;

function stationWith(field: string, value: number, ageMin = 0) {
  return { stationId: "44009", fields: { [field]: { value, atMs: noon - ageMin * minute } } };
}

describe("The sea at one station", () => {
  test("has its age with it, and what was never measured is not there", () => {
    const sea = seaAtStation(stationWith("windSpeedMps", 8, 90), noon);
    expect(sea.windSpeedMps).toBe(8);
    expect(sea.agesMin).toEqual({ windSpeedMps: 90 });
    expect(sea.waveHeightM).toBeNull();
  });
});

describe("The sea over many stations", () => {
  test("is the median of what each measured", () => {
    const list = [1, 2, 9].map((height) => stationWith("waveHeightM", height));
    expect(seaOverStations(list, noon).waveHeightM).toBe(2);
  });

  test("is midway between the two in the middle where their count is even", () => {
    const list = [10, 9, 100, 2].map((height) => stationWith("waveHeightM", height));
    expect(seaOverStations(list, noon).waveHeightM).toBe(9.5);
  });

  test("leaves out what is three hours old", () => {
    const list = [stationWith("waveHeightM", 9, 180), stationWith("waveHeightM", 1, 179)];
    expect(seaOverStations(list, noon).waveHeightM).toBe(1);
    expect(seaOverStations([stationWith("waveHeightM", 9, 180)], noon).waveHeightM).toBeNull();
  });

  test("has wind from the north where it blows from 350° and from 10°", () => {
    const list = [350, 10].map((degrees) => stationWith("windDirDeg", degrees));
    expect(Math.round(seaOverStations(list, noon).windDirDeg ?? Number.NaN) % 360).toBe(0);
  });

  test("counts no direction of a calm, whether it came with the calm or before it", () => {
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

  test("has no direction where winds blow against each other", () => {
    const list = [90, 270].map((degrees) => stationWith("windDirDeg", degrees));
    expect(seaOverStations(list, noon).windDirDeg).toBeNull();
  });
});
