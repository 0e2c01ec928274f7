import { describe, expect, test } from "bun:test";
import { measurements } from "../../../shared/measurements.ts";
import {
  createNetwork,
  currentWindDirection,
  newestOf,
  seaAtStation,
  seaOverStations,
} from "../../../web/sea/network.ts";

const noon = Date.parse("2026-11-23T12:00:00Z");
const minute = 60_000;

function stationWith(field: string, value: number, ageMin = 0) {
  return { stationId: "44009", fields: { [field]: { value, atMs: noon - ageMin * minute } } };
}

describe("What a station measured last", () => {
  test("stays when a newer report lacks it, and gives way when one has it", () => {
    const network = createNetwork(measurements);
    network.apply({ stationId: "44009", timestamp: "2026-11-23T11:00:00.000Z", waveHeightM: 2, waterTempC: 12 });
    const known = network.apply({
      stationId: "44009",
      timestamp: "2026-11-23T11:30:00.000Z",
      waveHeightM: null,
      waterTempC: 13,
    });
    expect(known.fields.waveHeightM?.value).toBe(2);
    expect(known.fields.waterTempC?.value).toBe(13);
    expect(newestOf(known)).toBe(noon - 30 * minute);
  });

  test("does not give way to an older report that comes late", () => {
    const network = createNetwork(measurements);
    network.apply({ stationId: "44009", timestamp: "2026-11-23T11:30:00.000Z", waterTempC: 13 });
    const known = network.apply({ stationId: "44009", timestamp: "2026-11-23T11:00:00.000Z", waterTempC: 10 });
    expect(known.fields.waterTempC?.value).toBe(13);
    expect(network.newestAtMs).toBe(noon - 30 * minute);
  });

  test("gives way to a correction of the same minute", () => {
    const network = createNetwork(measurements);
    network.apply({ stationId: "44009", timestamp: "2026-11-23T11:30:00.000Z", waterTempC: 31 });
    const known = network.apply({ stationId: "44009", timestamp: "2026-11-23T11:30:00.000Z", waterTempC: 13 });
    expect(known.fields.waterTempC).toEqual({ value: 13, atMs: noon - 30 * minute });
  });

  test("is filled up by an older report, where the newer one lacked something", () => {
    const network = createNetwork(measurements);
    network.setConditions([stationWith("waterTempC", 13, 30)]);
    const known = network.apply({ stationId: "44009", timestamp: "2026-11-23T11:00:00.000Z", waveHeightM: 0 });
    expect(known.fields.waveHeightM).toEqual({ value: 0, atMs: noon - 60 * minute });
    expect(known.fields.waterTempC?.value).toBe(13);
  });

  test("is forgotten when all is loaded anew", () => {
    const network = createNetwork(measurements);
    network.setConditions([stationWith("waterTempC", 13, 30), { stationId: "46026", fields: {} }]);
    expect(network.newestAtMs).toBe(noon - 30 * minute);
    network.setConditions([]);
    expect(network.newestAtMs).toBeNull();
    expect(network.conditions.size).toBe(0);
  });

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
