// Camera moves for buttons, keys and the page.

import type { Scene } from "../scene.ts";
import { cameraOf, pan, zoomAt } from "./camera.ts";
import type { CameraMotion } from "./camera-motion.ts";

/** Camera moves for buttons, keys and the page; each is a glide. */
type Moves = {
  /** Centres a station, zoomed in enough to separate it from its neighbours. */
  showStation(stationId: string): void;
  showWholeWorld(): void;
  /** Zooms around the middle of the canvas. */
  zoomBy(factor: number): void;
  /** Pans by pixels: positive `dx` to the east, positive `dy` to the south. */
  panBy(dx: number, dy: number): void;
};

const stationZoom = 8;

/** Creates the moves of a camera. */
export function createMoves(motion: CameraMotion, scene: Scene): Moves {
  return {
    showStation(stationId) {
      const station = scene.find(stationId);
      if (!station) return;
      const { longitude, latitude } = station;
      motion.glideTo(cameraOf({ longitude, latitude, zoom: Math.max(motion.zoom, stationZoom) }, motion.size));
    },
    showWholeWorld: () => motion.glideTo(cameraOf({ ...motion.view, zoom: 1 }, motion.size)),
    zoomBy(factor) {
      const { camera, size } = motion;
      motion.glideTo(zoomAt(camera, size, factor, { x: size.width / 2, y: size.height / 2 }));
    },
    panBy: (dx, dy) => motion.glideTo(pan(motion.camera, motion.size, -dx, -dy)),
  };
}
