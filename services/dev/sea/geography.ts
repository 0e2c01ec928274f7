// Directions and distances on Earth.

/** A point on Earth in decimal degrees; south and west are negative. */
export type Position = { lat: number; lon: number };

/** Length of a degree of latitude. */
export const kmPerDegree = 111.2;

const earthRadiusKm = 6371;

/** Turns degrees into radians. */
export const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Turns radians into degrees. */
export const degrees = (angle: number) => (angle * 180) / Math.PI;

/** Returns the same direction between 0 (inclusive) and 360. */
export const compass = (bearingDeg: number) => ((bearingDeg % 360) + 360) % 360;

/** Returns where a vector that points east and north comes *from*, in degrees true: how wind and waves are reported. */
export const directionFrom = (east: number, north: number) => compass(degrees(Math.atan2(-east, -north)));

/** Returns how far `to` is east and north of `from`, on a plane that fits well enough over a few thousand kilometres. */
export function offsetKm(from: Position, to: Position): { eastKm: number; northKm: number } {
  const lonDeg = compass(to.lon - from.lon + 180) - 180;
  const latDeg = to.lat - from.lat;
  return {
    eastKm: lonDeg * kmPerDegree * Math.cos(radians((from.lat + to.lat) / 2)),
    northKm: latDeg * kmPerDegree,
  };
}

/** Returns the length of the great circle between two points, and the bearing at which it leaves `from`. */
export function greatCircle(from: Position, to: Position): { distanceKm: number; bearingDeg: number } {
  const [fromLat, toLat] = [radians(from.lat), radians(to.lat)];
  const lon = radians(to.lon - from.lon);
  const east = Math.cos(toLat) * Math.sin(lon);
  const north = Math.cos(fromLat) * Math.sin(toLat) - Math.sin(fromLat) * Math.cos(toLat) * Math.cos(lon);
  const up = Math.sin(fromLat) * Math.sin(toLat) + Math.cos(fromLat) * Math.cos(toLat) * Math.cos(lon);
  return {
    distanceKm: earthRadiusKm * Math.atan2(Math.hypot(east, north), up),
    bearingDeg: compass(degrees(Math.atan2(east, north))),
  };
}
