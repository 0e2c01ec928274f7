// What a perfect instrument would measure on the simulated sea.

import type { Measurements } from "../../../shared/measurements.ts";
import { type Atmosphere, createAtmosphere } from "./atmosphere.ts";
import { directionFrom, radians } from "./geography.ts";
import { smoothNoise } from "./random.ts";
import type { Station } from "./stations.ts";
import { combine, swell, type WaveTrain, windSea } from "./waves.ts";

/**
 * Weather runs 60 times faster than the clock: a minute is an hour, a day takes 24 minutes, a storm passes in about an
 * hour. Rows bear the clock's time; their 3-hour tendency of pressure is that of three minutes, their tide turns every
 * six. Only the seasons keep to the calendar, so that January looks like January.
 */
const msPerWeatherHour = 60_000;

/** What a perfect instrument would read, not rounded, and the two parts that its waves are made of. */
export type Weather = { measurements: Measurements; windSea: WaveTrain; swell: WaveTrain | null };

/** The sea of one seed. */
export type Sea = {
  /** Depends on nothing but its arguments and the seed. */
  weatherAt(station: Station, at: Date): Weather;
  seed: number;
};

/** Makes the sea of `seed`: another seed, other storms. */
export function createSea(seed: number): Sea {
  const atmosphere = createAtmosphere(seed);
  // Whoever polls asks for the same newest rows each second, and only one in sixty is another one.
  const lastAsked = new Map<Station, { atMs: number; weather: Weather }>();
  return {
    seed,
    weatherAt(station, at) {
      const last = lastAsked.get(station);
      if (last?.atMs === at.getTime()) return last.weather;
      const weather = weatherAt(seed, atmosphere, station, at);
      lastAsked.set(station, { atMs: at.getTime(), weather });
      return weather;
    },
  };
}

/** From -1 to 1, another value every so many hours. */
type Noise = (what: string, hours: number) => number;

function weatherAt(seed: number, atmosphere: Atmosphere, station: Station, at: Date): Weather {
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
    visibilityNmi: Math.min(1.6, Math.max(0.1, (airTempC - dewPointC) * 0.9)),
    pressureTendencyHpa: pressureHpa - pressureAt(atmosphere, station, hour - 3),
    tideFt: tideFt(station, hour),
  };
  return { measurements, windSea: ownSea, swell: farSea };
}

/** The weather's pressure and the tide of the air, highest at 10 and 22 o'clock and strongest in the tropics. */
function pressureAt(atmosphere: Atmosphere, station: Station, hour: number): number {
  const airTide =
    1.1 * Math.cos(radians(station.lat)) ** 3 * Math.cos((4 * Math.PI * (localHour(station, hour) - 10)) / 24);
  return atmosphere.airAt(station, hour).pressureHpa + airTide;
}

/** Water slow, air warmed by the day and by wind from the equator, dew point always below it. */
function temperatures(station: Station, at: Date, hour: number, northMps: number, noise: Noise) {
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

/** From -1 in the coldest week to 1 in the warmest, which at sea is late in August in the north. */
function seasonOf(lat: number, at: Date): number {
  const daysSinceWarmest = (at.getTime() - Date.UTC(2000, 7, 25)) / 86_400_000;
  return Math.cos((2 * Math.PI * daysSinceWarmest) / 365.25) * (lat < 0 ? -1 : 1);
}

/** Above the mean of the lower low waters: the moon's tide twice a day, and a little of the daily one. */
function tideFt(station: Station, hour: number): number {
  const moon = Math.cos((2 * Math.PI * hour) / 12.42 - radians(2 * station.lon));
  const daily = Math.cos((2 * Math.PI * hour) / 23.93 - radians(station.lon));
  return 2 + 1.7 * moon + 0.5 * daily;
}

/** Hours of weather since its midnight, by the sun. */
const localHour = (station: Station, hour: number) => (((hour + station.lon / 15) % 24) + 24) % 24;
