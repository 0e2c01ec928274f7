import { equalEarth, equalEarthInverse } from "./equal-earth.ts";

/** A point of the map's plane: the flat world, {@link planeWidth} wide, of which every view is a section. */
export type PlanePoint = { x: number; y: number };

/** The map is cut at 50°E, where the network has no stations: the Pacific is whole, both coasts of America are central. */
export const centralLongitude = -130;
/** Units; at this size coasts are drawn finely enough for the largest zoom. */
export const planeWidth = 4096;

const radians = Math.PI / 180;
/** Degrees from the middle. The cut itself is the western edge, also for what a link rounds to it. */
const outermostEast = 179.99;
/** Equal Earth: areas are true, so that a hundred buoys are as dense as they look. */
const [halfWidth] = equalEarth(Math.PI, 0);
const [, halfHeight] = equalEarth(0, Math.PI / 2);
const scale = planeWidth / (2 * halfWidth);

export const planeHeight = 2 * halfHeight * scale;

/** Returns where a place lies in the plane. */
export function project(longitude: number, latitude: number): PlanePoint {
  const east = ((((longitude - centralLongitude + 180) % 360) + 360) % 360) - 180;
  return projectFromMiddle(east, latitude);
}

/** Returns where a place lies in the plane. @param east of {@link centralLongitude}, in degrees: both edges of the world have a place */
export function projectFromMiddle(east: number, latitude: number): PlanePoint {
  const [x, y] = equalEarth(east * radians, latitude * radians);
  return { x: (halfWidth + x) * scale, y: (halfHeight - y) * scale };
}

/** Returns the place at a point of the plane, or at the edge of the world beside it; longitude from -180 to 180. */
export function unproject({ x, y }: PlanePoint): { longitude: number; latitude: number } {
  const [raw, north] = equalEarthInverse(x / scale - halfWidth, halfHeight - y / scale);
  const east = Math.min(Math.max(raw / radians, -outermostEast), outermostEast);
  return {
    longitude: ((((east + centralLongitude + 180) % 360) + 360) % 360) - 180,
    latitude: north / radians,
  };
}
