// Computes pressure and wind at one place from the highs and lows around it.

import { kmPerDegree, offsetKm, type Position, radians } from "./geography.ts";
import type { MovedSystem } from "./systems.ts";

/** Wind near the surface without gusts, as a vector in the direction of flow. */
export type Wind = { eastMps: number; northMps: number };

/** Wind, and pressure at sea level. */
export type Air = Wind & { pressureHpa: number };

/** Max change of the pressure of a belt by systems. */
const deepestHpa = 42;

/** Ratio of the surface wind to the geostrophic wind. */
const surfaceFraction = 0.95;
/** Speed at which wind loses half of its strength. Curvature and a rough sea slow strong wind most. */
const halvingMps = 50;
/** Friction turns the wind this far towards low pressure; over the sea 15 to 20 degrees. */
const crossIsobarAngle = radians(18);
/** Between this latitude and the equator, trade winds replace the wind along the isobars. */
const tradesLatDeg = 15;
const tradesMps = 6.5;

const airDensity = 1.22;
const earthRotation = 7.292e-5;

/** Returns wind and pressure at a place, given all systems. */
export function airAmong(systems: MovedSystem[], place: Position): Air {
  return airOf(pressureField(systems, place), place.lat);
}

/** Pressure at one place and how it rises towards east and north, in hPa per km. */
type PressureField = { pressureHpa: number; eastward: number; northward: number };

/** Adds the systems to the Earth's pressure belts. Each system is a Gaussian bell of pressure. */
function pressureField(systems: MovedSystem[], place: Position): PressureField {
  const sum = { pressureHpa: 0, eastward: 0, northward: 0 };
  for (const system of systems) {
    const reachKm = 4 * system.radiusKm;
    if (Math.abs(place.lat - system.lat) * kmPerDegree > reachKm) continue;
    const { eastKm, northKm } = offsetKm(system, place);
    if (Math.abs(eastKm) > reachKm) continue;
    const spread = system.radiusKm ** 2;
    const pressureHpa = system.amplitudeHpa * Math.exp(-(eastKm ** 2 + northKm ** 2) / (2 * spread));
    sum.pressureHpa += pressureHpa;
    sum.eastward -= (pressureHpa * eastKm) / spread;
    sum.northward -= (pressureHpa * northKm) / spread;
  }
  // Overlapping systems add up, but only to a limit.
  const share = Math.tanh(sum.pressureHpa / deepestHpa);
  const belt = belts(place.lat);
  return {
    pressureHpa: belt.pressureHpa + deepestHpa * share,
    eastward: belt.eastward + sum.eastward * (1 - share ** 2),
    northward: belt.northward + sum.northward * (1 - share ** 2),
  };
}

/** Pressure is low at the equator, high at 32 degrees and low at 62, lower in the south, where land does not slow the wind. */
function belts(lat: number): PressureField {
  const poleward = lat < 0 ? -1 : 1;
  const field = { pressureHpa: 1011, eastward: 0, northward: 0 };
  const rings = [
    { lat: 32, width: 12, hpa: 9 },
    { lat: 62, width: 12, hpa: lat < 0 ? -22 : -6 },
  ];
  for (const ring of rings) {
    const away = (Math.abs(lat) - ring.lat) / ring.width;
    const pressureHpa = ring.hpa * Math.exp((-away * away) / 2);
    field.pressureHpa += pressureHpa;
    field.northward -= (poleward * pressureHpa * away) / (ring.width * kmPerDegree);
  }
  return field;
}

/** Returns wind along the isobars, slowed and turned by friction, and near the equator the trade winds. */
function airOf(field: PressureField, lat: number): Air {
  const hemisphere = lat < 0 ? -1 : 1;
  const coriolis = hemisphere * 2 * earthRotation * Math.sin(radians(Math.max(Math.abs(lat), tradesLatDeg)));
  // 1 hPa per km is 0.1 Pa per m.
  const perGradient = 0.1 / (airDensity * coriolis);
  const along = { eastMps: -perGradient * field.northward, northMps: perGradient * field.eastward };

  const free = surfaceFraction * Math.hypot(along.eastMps, along.northMps);
  const slowed = surfaceFraction / (1 + free / halvingMps);
  const turn = hemisphere * crossIsobarAngle;
  const follow = Math.min(1, Math.abs(lat) / tradesLatDeg) ** 2;
  return {
    pressureHpa: field.pressureHpa,
    eastMps:
      follow * slowed * (along.eastMps * Math.cos(turn) - along.northMps * Math.sin(turn)) - (1 - follow) * tradesMps,
    northMps:
      follow * slowed * (along.eastMps * Math.sin(turn) + along.northMps * Math.cos(turn)) -
      (1 - follow) * hemisphere * tradesMps * 0.3,
  };
}
