import type { Scene } from "../scene.ts";
import { type Size, toCanvas } from "./camera.ts";
import type { CameraMotion } from "./camera-motion.ts";
import type { PlanePoint } from "./plane.ts";

/** Returns whether a point is on a canvas, or at most `margin` pixels beside it. */
export function isSeen({ x, y }: PlanePoint, size: Size, margin: number): boolean {
  return x >= -margin && x <= size.width + margin && y >= -margin && y <= size.height + margin;
}

/** Returns the ids of the stations that are on the map. */
export function stationsInView({ stations }: Scene, { camera, size }: CameraMotion): string[] {
  return stations
    .filter((station) => isSeen(toCanvas(station, camera, size), size, 0))
    .map(({ stationId }) => stationId);
}
