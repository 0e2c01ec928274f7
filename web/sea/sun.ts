// The position of the sun.

import { clamp, longitudeDegrees } from "../../shared/numbers.ts";

const radians = Math.PI / 180;
const dayMs = 86_400_000;
/** 2000-01-01 12:00 UTC, the almanac's epoch. */
const epochMs = Date.UTC(2000, 0, 1, 12);

/** Sine of the sun's altitude at full night: the end of nautical twilight, 12° below the horizon. */
const fullNight = Math.sin(-12 * radians);

/** Returns how much of the night a point has: 0 until sunset, 1 at full night. @param altitude sine of the sun's */
export function nightDepth(altitude: number): number {
  return clamp(altitude / fullNight, 0, 1);
}

/**
 * Returns the point on the Earth with the sun at the zenith. Sun: low-precision formulae of the Astronomical Almanac
 * (page C5; good to 0.01° from 1950 to 2050). Greenwich mean sidereal time: Meeus, Astronomical Algorithms, chapter 12.
 * @returns degrees, longitude from -180 to 180
 */
export function subsolarPoint(timeMs: number): { longitude: number; latitude: number } {
  const days = (timeMs - epochMs) / dayMs;
  const meanLongitude = 280.46 + 0.9856474 * days;
  const anomaly = (357.528 + 0.9856003 * days) * radians;
  const ecliptic = (meanLongitude + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * radians;
  const obliquity = (23.439 - 0.0000004 * days) * radians;
  const ascension = Math.atan2(Math.cos(obliquity) * Math.sin(ecliptic), Math.cos(ecliptic)) / radians;
  const siderealDeg = 280.46061837 + 360.98564736629 * days;
  return {
    longitude: longitudeDegrees(ascension - siderealDeg),
    latitude: Math.asin(Math.sin(obliquity) * Math.sin(ecliptic)) / radians,
  };
}

/** Returns the height of the sun above the horizon at a place, in degrees; negative at night. */
export function sunElevationDeg(timeMs: number, place: { latitude: number; longitude: number }): number {
  const sun = subsolarPoint(timeMs);
  const [latitude, declination] = [place.latitude * radians, sun.latitude * radians];
  const hourAngle = (place.longitude - sun.longitude) * radians;
  const sine =
    Math.sin(latitude) * Math.sin(declination) + Math.cos(latitude) * Math.cos(declination) * Math.cos(hourAngle);
  return Math.asin(sine) / radians;
}
