// Pressure and wind at one place, from the highs and lows around it.

import { kmPerDegree, offsetKm, type Position, radians } from "./geography.ts";
import type { MovedSystem } from "./systems.ts";

/** Wind as the vector it blows along, near the surface and without gusts. */
export type Wind = { eastMps: number; northMps: number };

/** Wind, and pressure at sea level. */
export type Air = Wind & { pressureHpa: number };

/** Farther than this no system lowers or raises the pressure of its belt. */
const deepestHpa = 42;

/** The part of the geostrophic wind that is left at the surface of the sea. */
const surfaceFraction = 0.95;
/** A curved and a rough path slow strong wind most: half of it is gone at this speed. */
const halvingMps = 50;
/** Friction turns the wind this far towards low pressure; over the sea 15 to 20 degrees. */
const crossIsobarAngle = radians(18);
/** Nearer to the equator than this the wind no longer follows the isobars: the trade winds blow instead. */
const tradesLatDeg = 15;
const tradesMps = 6.5;

const airDensity = 1.22;
const earthRotation = 7.292e-5;

/** Returns the air at a place among these systems. */
export function airAmong(systems: MovedSystem[], place: Position): Air {
  return airOf(pressureField(systems, place), place.lat);
}

/** Pressure at one place and how it rises towards east and north, in hPa per km. */
type PressureField = { pressureHpa: number; eastward: number; northward: number };

/** The belts of the Earth with the systems upon them; each system is a bell (Gauss) of pressure. */
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
  // Systems that meet deepen each other, but not without end.
  const share = Math.tanh(sum.pressureHpa / deepestHpa);
  const belt = belts(place.lat);
  return {
    pressureHpa: belt.pressureHpa + deepestHpa * share,
    eastward: belt.eastward + sum.eastward * (1 - share ** 2),
    northward: belt.northward + sum.northward * (1 - share ** 2),
  };
}

/** Low pressure at the equator, high at 32 degrees, low again at 62, deeper in the south, where no land is in the way. */
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

/** Wind along the isobars, slowed and turned by the sea; near the equator the trade winds. */
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
