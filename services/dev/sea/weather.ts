// Computes the exact measurements at each station of the simulated sea.

import type { Measurements } from "../../../shared/measurements.ts";
import { clamp } from "../../../shared/numbers.ts";
import { type Atmosphere, createAtmosphere } from "./atmosphere.ts";
import { directionFrom, radians } from "./geography.ts";
import { smoothNoise } from "./random.ts";
import type { SimulatedStation } from "./stations.ts";
import { combine, swell, type WaveTrain, windSea } from "./waves.ts";

/**
 * Weather runs 60 times faster than the clock: an hour of weather takes a minute, a day 24 minutes, and a storm passes in about
 * an hour. Rows have the clock's time, so their 3-hour pressure tendency covers three minutes, and their tide turns every six
 * minutes. Only the seasons follow the calendar, so that January looks like January.
 */
const msPerWeatherHour = 60_000;

/** Exact measurements, not rounded, and the wind sea and swell behind their waves. */
export type Weather = { measurements: Measurements; windSea: WaveTrain; swell: WaveTrain | null };

/** Returns the weather of one seed. */
export type Sea = {
  /** Returns the weather at a station. Depends only on the arguments and the seed. */
  weatherAt(station: SimulatedStation, at: Date): Weather;
  seed: number;
  /** Seconds between two versions of `latest_obs.txt`. */
  paceSeconds: number;
};

/**
 * Creates the sea of a seed. Each seed has other storms.
 * @param paceSeconds 1: a few rows each second. From 60: batches of half of the stations, as at NDBC, which takes 300.
 */
export function createSea(seed: number, paceSeconds = 1): Sea {
  const atmosphere = createAtmosphere(seed);
  // A client that polls each second asks for the same newest rows; only one in sixty is new.
  const lastAsked = new Map<SimulatedStation, { atMs: number; weather: Weather }>();
  return {
    seed,
    paceSeconds,
    weatherAt(station, at) {
      const last = lastAsked.get(station);
      if (last?.atMs === at.getTime()) return last.weather;
      const weather = weatherAt(seed, atmosphere, station, at);
      lastAsked.set(station, { atMs: at.getTime(), weather });
      return weather;
    },
  };
}

/** Noise from -1 to 1 with a new value every `hours` hours. */
type Noise = (what: string, hours: number) => number;

function weatherAt(seed: number, atmosphere: Atmosphere, station: SimulatedStation, at: Date): Weather {
  const hour = at.getTime() / msPerWeatherHour;
  const noise: Noise = (what, hours) => smoothNoise(seed, `${station.id}/${what}`, hour / hours);

  const { eastMps, northMps } = atmosphere.airAt(station, hour);
  const windSpeedMps = Math.hypot(eastMps, northMps) * (1 + 0.12 * noise("wind", 1.5)) + 0.4 * noise("breeze", 4) ** 2;

  const ownSea = windSea((hoursAgo) => atmosphere.airAt(station, hour - hoursAgo), station.basin.fetchKm);
  const { swellFrom, exposure } = station.basin;
  const farSea = swellFrom && swell(station, atmosphere.stormsBefore(hour, swellFrom), hour, exposure);
  const waves = combine(ownSea, farSea);
  const waveHeightM = waves.heightM * (1 + 0.06 * noise("waves", 1));
  // A sea that rounds to 0.0 m has no period.
  const flat = waveHeightM < 0.05;

  const pressureHpa = pressureAt(atmosphere, station, hour);
  const { waterTempC, airTempC, dewPointC } = temperatures(station, at, hour, northMps, noise);
  const measurements = {
    waveHeightM,
    windSpeedMps,
    windDirDeg: directionFrom(eastMps, northMps) + 6 * noise("direction", 2),
    waterTempC,
    pressureHpa,
    gustMps: windSpeedMps * (1.35 + 0.15 * noise("gust", 1)),
    dominantPeriodS: flat ? null : waves.periodS,
    averagePeriodS: flat ? null : waves.averagePeriodS,
    meanWaveDirDeg: flat ? null : waves.fromDeg + 5 * noise("wave direction", 2),
    airTempC,
    dewPointC,
    // Buoys see no farther than 1.6 nautical miles; fog is where air is saturated.
    visibilityNmi: clamp((airTempC - dewPointC) * 0.9, 0.1, 1.6),
    pressureTendencyHpa: pressureHpa - pressureAt(atmosphere, station, hour - 3),
    tideFt: tideFt(station, hour),
  };
  return { measurements, windSea: ownSea, swell: farSea };
}

/** Adds the atmospheric tide to the pressure: highest at 10 and 22 o'clock local time, strongest in the tropics. */
function pressureAt(atmosphere: Atmosphere, station: SimulatedStation, hour: number): number {
  const airTide =
    1.1 * Math.cos(radians(station.lat)) ** 3 * Math.cos((4 * Math.PI * (localHour(station, hour) - 10)) / 24);
  return atmosphere.airAt(station, hour).pressureHpa + airTide;
}

/** Water changes slowly. Air warms by day and with wind from the equator. The dew point is always below the air temperature. */
function temperatures(station: SimulatedStation, at: Date, hour: number, northMps: number, noise: Noise) {
  const { lat, basin } = station;
  const season = seasonOf(lat, at);
  const day = Math.cos((2 * Math.PI * (localHour(station, hour) - 15)) / 24);
  const advectionC = 0.25 * northMps * Math.sin(radians(lat));

  const yearlySeaC = 29 - 27 * Math.sin(radians(lat)) ** 2 + basin.seaWarmerC;
  const waterTempC = Math.max(-1.5, yearlySeaC + basin.seaSeasonC * season + 0.5 * noise("water", 150) + 0.15 * day);
  const airTempC = waterTempC - 0.8 + basin.airSeasonC * season + advectionC + 0.7 * day + 0.6 * noise("air", 8);
  const dewPointC = airTempC - Math.max(0.2, 2.8 - advectionC + 2.4 * noise("dew", 12));
  return { waterTempC, airTempC, dewPointC };
}

/** Returns -1 in the coldest week to 1 in the warmest, which at sea is in late August in the north. */
function seasonOf(lat: number, at: Date): number {
  const daysSinceWarmest = (at.getTime() - Date.UTC(2000, 7, 25)) / 86_400_000;
  return Math.cos((2 * Math.PI * daysSinceWarmest) / 365.25) * (lat < 0 ? -1 : 1);
}

/** Returns the tide above mean lower low water: mostly the moon's tide twice a day, and a smaller daily tide. */
function tideFt(station: SimulatedStation, hour: number): number {
  const moon = Math.cos((2 * Math.PI * hour) / 12.42 - radians(2 * station.lon));
  const daily = Math.cos((2 * Math.PI * hour) / 23.93 - radians(station.lon));
  return 2 + 1.7 * moon + 0.5 * daily;
}

/** Returns the local solar time in hours of weather since midnight. */
const localHour = (station: SimulatedStation, hour: number) => (((hour + station.lon / 15) % 24) + 24) % 24;
