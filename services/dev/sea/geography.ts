// Computes directions and distances on Earth.

import { compassDegrees, longitudeDegrees } from "../../../shared/numbers.ts";

/** Locates a point on Earth in decimal degrees; south and west are negative. */
export type Position = { lat: number; lon: number };

/** Gives the length of one degree of latitude in km. */
export const kmPerDegree = 111.2;

const earthRadiusKm = 6371;

/** Converts degrees to radians. */
export const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Converts radians to degrees. */
const degrees = (angle: number) => (angle * 180) / Math.PI;

/** Returns the direction that a vector comes *from*, in degrees true, as wind and waves are reported. */
export const directionFrom = (east: number, north: number) => compassDegrees(degrees(Math.atan2(-east, -north)));

/** Returns how far `to` is east and north of `from`, in km. A flat approximation, good to a few thousand km. */
export function offsetKm(from: Position, to: Position): { eastKm: number; northKm: number } {
  const lonDeg = longitudeDegrees(to.lon - from.lon);
  const latDeg = to.lat - from.lat;
  return {
    eastKm: lonDeg * kmPerDegree * Math.cos(radians((from.lat + to.lat) / 2)),
    northKm: latDeg * kmPerDegree,
  };
}

/** Returns the great-circle distance between two points in km, and the initial bearing at `from` in degrees. */
export function greatCircle(from: Position, to: Position): { distanceKm: number; bearingDeg: number } {
  const [fromLat, toLat] = [radians(from.lat), radians(to.lat)];
  const lon = radians(to.lon - from.lon);
  const east = Math.cos(toLat) * Math.sin(lon);
  const north = Math.cos(fromLat) * Math.sin(toLat) - Math.sin(fromLat) * Math.cos(toLat) * Math.cos(lon);
  const up = Math.sin(fromLat) * Math.sin(toLat) + Math.cos(fromLat) * Math.cos(toLat) * Math.cos(lon);
  return {
    distanceKm: earthRadiusKm * Math.atan2(Math.hypot(east, north), up),
    bearingDeg: compassDegrees(degrees(Math.atan2(east, north))),
  };
}
