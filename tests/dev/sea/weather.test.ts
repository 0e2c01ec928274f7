// Tests of the simulated weather.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { createAtmosphere } from "../../../services/dev/sea/atmosphere.ts";
import { stations } from "../../../services/dev/sea/stations.ts";
import { combine, swell, windSea } from "../../../services/dev/sea/waves.ts";
import { createSea, type Weather } from "../../../services/dev/sea/weather.ts";
import { type Measurement, measurements } from "../../../shared/measurements.ts";

setDefaultTimeout(120_000);

const start = Date.parse("2026-02-01T00:00:00Z");

/** Samples the weather of each station over many days of weather, in winter and summer. */
function sampleWeather(seed: number): Weather[] {
  const sea = createSea(seed);
  const times = Array.from(
    { length: 120 },
    (_, index) => new Date(start + index * 94 * 60_000 + (index % 2) * 180 * 86_400_000),
  );
  return times.flatMap((at) => stations.map((station) => sea.weatherAt(station, at)));
}

function percentiles(sample: Weather[], name: Measurement) {
  const values = sample.flatMap(({ measurements }) => measurements[name] ?? []).sort((one, other) => one - other);
  const at = (part: number) => values[Math.round(part * (values.length - 1))] ?? Number.NaN;
  return { min: at(0), low: at(0.05), median: at(0.5), high: at(0.95), max: at(1) };
}

describe.each([1, 2, 3])("the weather of seed %d", (seed) => {
  const sample = sampleWeather(seed);

  test("has a median wave height of 1 to 2.5 m, and no extreme waves", () => {
    const { median, high, max } = percentiles(sample, "waveHeightM");
    expect(median).toBeGreaterThan(1);
    expect(median).toBeLessThan(2.5);
    expect(high).toBeGreaterThan(3);
    expect(max).toBeLessThan(15);
  });

  test("has short seas and long swells", () => {
    const { low, high, max } = percentiles(sample, "dominantPeriodS");
    expect(low).toBeLessThan(5);
    expect(high).toBeGreaterThan(12);
    expect(max).toBeLessThan(22);
  });

  test("has calms, breezes and few storms, and gusts stronger than the wind", () => {
    const { low, median, high, max } = percentiles(sample, "windSpeedMps");
    expect(low).toBeLessThan(3);
    expect(median).toBeGreaterThan(4);
    expect(high).toBeLessThan(20);
    expect(max).toBeLessThan(40);
    const gustFactors = sample.map(
      ({ measurements: { gustMps, windSpeedMps } }) => (gustMps ?? 0) / (windSpeedMps ?? 1),
    );
    expect(Math.min(...gustFactors)).toBeGreaterThanOrEqual(1.2);
    expect(Math.max(...gustFactors)).toBeLessThanOrEqual(1.5 + 1e-9);
  });

  test("keeps pressure between a deep low and a strong high", () => {
    const { min, median, max } = percentiles(sample, "pressureHpa");
    expect(min).toBeGreaterThan(960);
    expect(median).toBeWithin(1008, 1020);
    expect(max).toBeLessThan(1045);
    expect(percentiles(sample, "pressureTendencyHpa").min).toBeGreaterThan(-15);
  });

  test("never has a dew point above the air temperature, water colder than ice, or NaN", () => {
    const impossible = sample.filter(
      ({ measurements: measured }) =>
        (measured.dewPointC ?? 0) >= (measured.airTempC ?? 0) ||
        (measured.waterTempC ?? 0) <= -2 ||
        measurements.some((name) => Number.isNaN(measured[name])),
    );
    expect(impossible).toEqual([]);
  });
});

test("weather depends only on seed, place and time, not on earlier calls", () => {
  const [station] = stations;
  if (!station) throw new Error("there is no station");
  const at = new Date("2026-07-01T12:00:00Z");
  const asked = createSea(7);
  for (let hours = 1; hours < 100; hours++) asked.weatherAt(station, new Date(at.getTime() - hours * 3_600_000));
  expect(asked.weatherAt(station, at)).toEqual(createSea(7).weatherAt(station, at));
  expect(asked.weatherAt(station, at)).not.toEqual(createSea(8).weatherAt(station, at));
});

test("weather changes steadily: by less than 4 hPa per hour of weather", () => {
  const sea = createSea(1);
  for (const station of stations.filter((_, index) => index % 3 === 0)) {
    const pressures = Array.from(
      { length: 200 },
      (_, minute) => sea.weatherAt(station, new Date(start + minute * 60_000)).measurements.pressureHpa ?? Number.NaN,
    );
    const steps = pressures.slice(1).map((pressure, index) => Math.abs(pressure - (pressures[index] ?? Number.NaN)));
    expect(Math.max(...steps)).toBeLessThan(4);
  }
});

test("wind blows inwards around a low, counter-clockwise in the north and clockwise in the south", () => {
  const atmosphere = createAtmosphere(1);
  for (const [lat, turn] of [
    [45, 1],
    [-45, -1],
  ] as const) {
    for (let hour = 0; hour < 2_000; hour += 50) {
      const place = { lat, lon: 200 };
      const { eastMps, northMps } = atmosphere.airAt(place, hour);
      const pressure = (east: number, north: number) =>
        atmosphere.airAt({ lat: lat + north, lon: 200 + east / Math.cos((lat * Math.PI) / 180) }, hour).pressureHpa;
      const eastward = pressure(0.05, 0) - pressure(-0.05, 0);
      const northward = pressure(0, 0.05) - pressure(0, -0.05);
      // Low pressure is to the left of the wind in the north, and to its right in the south...
      expect(turn * (eastMps * northward - northMps * eastward)).toBeLessThanOrEqual(0);
      // ...and slightly ahead.
      expect(eastMps * eastward + northMps * northward).toBeLessThanOrEqual(0);
    }
  }
});

describe("waves", () => {
  const windFor = (hours: number, mps: number) => (hoursAgo: number) => ({
    eastMps: hoursAgo < hours ? mps : 2,
    northMps: 0,
  });

  test("grow while the wind lasts, and come from its direction", () => {
    const heights = [1, 4, 10, 30].map((hours) => windSea(windFor(hours, 15), 1_000).heightM);
    expect(heights).toEqual(heights.toSorted((one, other) => one - other));
    expect(windSea(windFor(30, 15), 1_000).fromDeg).toBe(270);
  });

  test("are lower and shorter on narrow water", () => {
    const ocean = windSea(windFor(30, 15), 1_500);
    const lake = windSea(windFor(30, 15), 150);
    expect(lake.heightM).toBeLessThan(0.7 * ocean.heightM);
    expect(lake.periodS).toBeLessThan(ocean.periodS);
  });

  test("never exceed the fully developed sea of Pierson and Moskowitz", () => {
    const { heightM, periodS } = windSea(windFor(30, 20), 20_000);
    expect(heightM).toBeCloseTo((0.21 * 20 ** 2) / 9.81, 1);
    expect(periodS).toBeCloseTo((7.16 * 20) / 9.81, 0);
  });

  test("from a distant storm arrive after days, the longest first", () => {
    const storm = { lat: 50, lon: 190, peakHour: 0, depthHpa: 30 };
    const hawaii = { lat: 22, lon: -157 };
    const arrivals = [10, 70, 90, 110].map((hour) => swell(hawaii, [storm], hour, 1));
    expect(arrivals[0]).toBeNull();
    const periods = arrivals.slice(1).map((train) => train?.periodS ?? 0);
    expect(periods).toEqual(periods.toSorted((one, other) => other - one));
    for (const period of periods) expect(period).toBeWithin(9, 20);
    expect(arrivals[2]?.fromDeg).toBeWithin(300, 360);
  });

  test("from two origins add up by energy, with period and direction of the higher", () => {
    const both = combine({ heightM: 3, periodS: 8, fromDeg: 200 }, { heightM: 4, periodS: 15, fromDeg: 300 });
    expect(both).toMatchObject({ heightM: 5, periodS: 15, fromDeg: 300 });
    expect(both.averagePeriodS).toBeLessThan(15);
  });
});
