// Which stations are visible on the map.

import type { Scene } from "../scene.ts";
import { type Size, toCanvas } from "./camera.ts";
import type { CameraMotion } from "./camera-motion.ts";
import type { PlanePoint } from "./plane.ts";

/** Returns whether a point is on the canvas, or at most `margin` pixels outside it. */
export function isSeen({ x, y }: PlanePoint, size: Size, margin: number): boolean {
  return x >= -margin && x <= size.width + margin && y >= -margin && y <= size.height + margin;
}

/** Returns the ids of the stations that are visible on the map. */
export function stationsInView({ stations }: Scene, { camera, size }: CameraMotion): string[] {
  return stations
    .filter((station) => isSeen(toCanvas(station, camera, size), size, 0))
    .map(({ stationId }) => stationId);
}
