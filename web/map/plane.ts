import { geoEqualEarth } from "d3-geo";

/** A point of the map's plane: the flat world, {@link planeWidth} wide, of which every view is a section. */
export type PlanePoint = { x: number; y: number };

/** The map is cut at 50°E, where the network has no stations: the Pacific is whole, both coasts of America are central. */
export const centralLongitude = -130;
/** Units; at this size the coastline's curves are resampled finely enough for the largest zoom. */
export const planeWidth = 4096;

/** Equal Earth (Šavrič, Patterson and Jenny, 2018): areas are true, so that a hundred buoys are as dense as they look. */
export const planeProjection = geoEqualEarth()
  .rotate([-centralLongitude, 0])
  .precision(1)
  .fitWidth(planeWidth, { type: "Sphere" });

const corner = planeProjection([centralLongitude, -90]);
export const planeHeight = corner ? corner[1] : planeWidth / 2;

/** Where a place lies in the plane. */
export function project(longitude: number, latitude: number): PlanePoint {
  const [x, y] = planeProjection([longitude, latitude]) ?? [0, 0];
  return { x, y };
}

/** The place at a point of the plane; longitude from -180 to 180. */
export function unproject({ x, y }: PlanePoint): { longitude: number; latitude: number } {
  const [longitude, latitude] = planeProjection.invert?.([x, y]) ?? [centralLongitude, 0];
  return { longitude, latitude };
}
