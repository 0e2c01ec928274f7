// Computes waves: the wind sea of the local wind, and the swell of distant storms.

import type { Wind } from "./air.ts";
import { directionFrom, greatCircle, type Position } from "./geography.ts";
import type { Storm } from "./systems.ts";

/** Describes waves of one origin: significant height, period with most energy, and direction that they come from. */
export type WaveTrain = { heightM: number; periodS: number; fromDeg: number };

const gravity = 9.81;

/** Time constant with which waves grow and decay. */
const memoryHours = 7;

/** Ages in hours of the wind samples. With these values, rows 1, 3 or 10 hours apart share many samples in the cache. */
const past = [0, 3, 7, 13, 20];

/** Shortest waves that a three-metre buoy can measure. */
const shortestPeriodS = 2.2;

/**
 * Returns the wind sea of the past day. Each wind sample counts with the waves that it would finally raise (JONSWAP with this
 * fetch, limited by the fully developed sea of Pierson and Moskowitz). Its energy fades with age.
 */
export function windSea(windHoursAgo: (hours: number) => Wind, fetchKm: number): WaveTrain {
  const sum = { weight: 0, energy: 0, period: 0, east: 0, north: 0 };
  for (const hours of past) {
    const { eastMps, northMps } = windHoursAgo(hours);
    const speed = Math.max(0.5, Math.hypot(eastMps, northMps));
    const { heightM, periodS } = developedSea(speed, fetchKm);
    const weight = Math.exp(-hours / memoryHours);
    const energy = weight * heightM ** 2;
    sum.weight += weight;
    sum.energy += energy;
    sum.period += energy * periodS;
    sum.east += (energy * eastMps) / speed;
    sum.north += (energy * northMps) / speed;
  }
  return {
    heightM: Math.sqrt(sum.energy / sum.weight),
    periodS: Math.max(shortestPeriodS, sum.period / sum.energy),
    fromDeg: directionFrom(sum.east, sum.north),
  };
}

/** Sources: Hasselmann et al. 1973 (limited by fetch), Pierson and Moskowitz 1964 (fully developed). */
function developedSea(windMps: number, fetchKm: number): { heightM: number; periodS: number } {
  const fetch = (gravity * fetchKm * 1000) / windMps ** 2;
  return {
    heightM: Math.min(0.0016 * Math.sqrt(fetch), 0.21) * (windMps ** 2 / gravity),
    periodS: Math.min(0.286 * Math.cbrt(fetch), 7.16) * (windMps / gravity),
  };
}

/** A storm sends waves of many periods. This is their standard deviation around the storm's own period. */
const periodSpreadS = 2;
/** Waves further from the storm's own period are too low to count. */
const reachOfPeriodS = 2.5 * periodSpreadS;
/** Radius of a storm. Farther away, its waves spread over a growing front. */
const stormRadiusKm = 400;

/** Max distance on Earth: half of its circumference. */
const halfwayRoundKm = 20_015;

/**
 * Returns the swell that arrives at `hour`. Long waves travel faster (deep water: group velocity gT/4π). So the waves that arrive
 * from a storm at distance d after time t have the period 4πd/gt, the longest first.
 * @returns null if no storm's swell arrives
 */
export function swell(place: Position, storms: Storm[], hour: number, exposure: number): WaveTrain | null {
  let energy = 0;
  let strongest: WaveTrain | null = null;
  for (const storm of storms) {
    const kmPerPeriodSecond = (gravity * (hour - storm.peakHour) * 3600) / (4 * Math.PI * 1000);
    const ownPeriodS = stormPeriodS(storm);
    if (kmPerPeriodSecond * (ownPeriodS - reachOfPeriodS) > halfwayRoundKm) continue;
    const { distanceKm, bearingDeg } = greatCircle(place, storm);
    const periodS = distanceKm / kmPerPeriodSecond;
    const away = (periodS - ownPeriodS) / periodSpreadS;
    if (Math.abs(away * periodSpreadS) > reachOfPeriodS || distanceKm < stormRadiusKm) continue;
    const spreading = Math.sqrt(stormRadiusKm / distanceKm);
    const heightM = exposure * stormHeightM(storm) * spreading * Math.exp(-(away ** 2) / 2);
    energy += heightM ** 2;
    if (!strongest || heightM > strongest.heightM) strongest = { heightM, periodS, fromDeg: bearingDeg };
  }
  return strongest && { ...strongest, heightM: Math.sqrt(energy) };
}

const stormHeightM = (storm: Storm) => 0.15 * storm.depthHpa;

const stormPeriodS = (storm: Storm) => 9 + 0.17 * storm.depthHpa;

/** Combines wind sea and swell as a buoy reports them. */
export function combine(windSea: WaveTrain, swell: WaveTrain | null): WaveTrain & { averagePeriodS: number } {
  const trains = swell ? [windSea, swell] : [windSea];
  const energy = trains.reduce((sum, train) => sum + train.heightM ** 2, 0);
  const dominant = trains.reduce((first, second) => (second.heightM > first.heightM ? second : first));
  // Most waves are shorter than those with most energy: the mean period of a wind sea is 0.75 of its peak period.
  const averagePeriodS = trains.reduce((sum, train) => sum + (train.heightM ** 2 * 0.75 * train.periodS) / energy, 0);
  return { ...dominant, heightM: Math.sqrt(energy), averagePeriodS: Math.max(shortestPeriodS, averagePeriodS) };
}
