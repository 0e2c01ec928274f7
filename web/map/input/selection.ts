// Selection of stations on the map by pointer and keys.

import { cameraOf, toCanvas, toPlane } from "../camera/camera.ts";
import type { CameraMotion } from "../camera/camera-motion.ts";
import { isSeen } from "../camera/in-view.ts";
import type { PlanePoint } from "../camera/plane.ts";
import type { Direction } from "../nearest.ts";
import type { Scene } from "../scene.ts";

/** Selects stations on a map. */
type Selection = {
  /** Selects the station at a point of the canvas, or none. */
  tap(at: PlanePoint): void;
  /** Follows the mouse; `null`: it has left the map. */
  hover(at: PlanePoint | null): void;
  /** Selects the next station in a direction and shows it on the map. */
  chooseNext(direction: Direction): void;
  /**
   * Returns the next station in a direction. Without a start station, returns the one nearest to the middle of the map.
   */
  nearest(stationId: string | null, direction: Direction): string | null;
};

/** Max distance in pixels between a tap and a station. */
const chooseReach = 22;

/** Creates the selection. @param onSelect receives the station that the user selects, `null` for none, and whether by a tap */
export function createSelection(
  element: HTMLElement,
  scene: Scene,
  motion: CameraMotion,
  onSelect: (stationId: string | null, isTapped: boolean) => void,
): Selection {
  return {
    tap: (at) => choose(stationAt(at), true),
    hover(at) {
      const stationId = at && stationAt(at);
      element.style.cursor = stationId === null ? "grab" : "pointer";
      scene.hover(stationId);
    },
    chooseNext(direction) {
      const next = nearest(scene.selected, direction);
      const station = next === null ? undefined : scene.find(next);
      if (!station) return;
      choose(station.stationId, false);
      const { camera, size, zoom } = motion;
      if (isSeen(toCanvas(station, camera, size), size, -chooseReach)) return;
      const { longitude, latitude } = station;
      motion.glideTo(cameraOf({ longitude, latitude, zoom }, size));
    },
    nearest,
  };

  function choose(stationId: string | null, isTapped: boolean): void {
    scene.select(stationId);
    onSelect(stationId, isTapped);
  }

  function nearest(stationId: string | null, direction: Direction): string | null {
    if (stationId === null || !scene.find(stationId)) return scene.nearestTo(motion.camera);
    return scene.nextTo(stationId, direction);
  }

  function stationAt(at: PlanePoint): string | null {
    const { camera, size } = motion;
    return scene.nearestTo(toPlane(at, camera, size), chooseReach / camera.pixelsPerUnit);
  }
}
