// The flat plane of the map, and the projection onto it.

import { longitudeDegrees } from "../../../shared/numbers.ts";
import { equalEarth, equalEarthInverse } from "./equal-earth.ts";

/** A point of the map's plane: the flat world, {@link planeWidth} units wide. */
export type PlanePoint = { x: number; y: number };

/**
 * Central meridian, in degrees. The map is cut at 50°E, where the network has no stations, so the Pacific and America
 * stay whole.
 */
export const centralLongitude = -130;
/** Width of the plane in units; fine enough for coastlines at the max zoom. */
export const planeWidth = 4096;

const radians = Math.PI / 180;
/** Max degrees from the central meridian. A link may round to the cut itself, which counts as the western edge. */
const outermostEast = 179.99;
/** Equal Earth preserves areas, so that the density of buoys looks right. */
const [halfWidth] = equalEarth(Math.PI, 0);
const [, halfHeight] = equalEarth(0, Math.PI / 2);
const scale = planeWidth / (2 * halfWidth);

/** Height of the plane in units. */
export const planeHeight = 2 * halfHeight * scale;

/** Projects a place to the plane. */
export function project(longitude: number, latitude: number): PlanePoint {
  return projectFromMiddle(longitudeDegrees(longitude - centralLongitude), latitude);
}

/**
 * Projects a place to the plane.
 * @param east degrees from {@link centralLongitude}; distinguishes both edges of the world
 */
export function projectFromMiddle(east: number, latitude: number): PlanePoint {
  const [x, y] = equalEarth(east * radians, latitude * radians);
  return { x: (halfWidth + x) * scale, y: (halfHeight - y) * scale };
}

/** Returns the place at a point of the plane; beside the world, the place at its edge. Longitude is -180..180. */
export function unproject({ x, y }: PlanePoint): { longitude: number; latitude: number } {
  const [raw, north] = equalEarthInverse(x / scale - halfWidth, halfHeight - y / scale);
  const east = Math.min(Math.max(raw / radians, -outermostEast), outermostEast);
  return { longitude: longitudeDegrees(east + centralLongitude), latitude: north / radians };
}
