import { cameraOf, toCanvas, toPlane } from "../camera/camera.ts";
import type { CameraMotion } from "../camera/camera-motion.ts";
import { isSeen } from "../camera/in-view.ts";
import type { PlanePoint } from "../camera/plane.ts";
import type { Direction } from "../nearest.ts";
import type { Scene } from "../scene.ts";

/** How a person chooses stations on a map. */
type Selection = {
  /** Chooses the station at a point of the canvas, or the empty sea. */
  tap(at: PlanePoint): void;
  /** The mouse is at a point, or has left with `null`. */
  hover(at: PlanePoint | null): void;
  /** Chooses the station next to the chosen one, which the map then shows. */
  chooseNext(direction: Direction): void;
  /** Returns the next station in a direction; without one to start from, that nearest to the middle of the map. */
  nearest(stationId: string | null, direction: Direction): string | null;
};

/** A station is chosen this far from its place, in pixels. */
const chooseReach = 22;

/** Makes stations choosable. @param onSelect called for what a person chose; `null`: the empty sea */
export function createSelection(
  element: HTMLElement,
  scene: Scene,
  motion: CameraMotion,
  onSelect: (stationId: string | null) => void,
): Selection {
  return {
    tap: (at) => choose(stationAt(at)),
    hover(at) {
      const stationId = at && stationAt(at);
      element.style.cursor = stationId === null ? "grab" : "pointer";
      scene.hover(stationId);
    },
    chooseNext(direction) {
      const next = nearest(scene.selected, direction);
      const station = next === null ? undefined : scene.find(next);
      if (!station) return;
      choose(station.stationId);
      const { camera, size, zoom } = motion;
      if (isSeen(toCanvas(station, camera, size), size, -chooseReach)) return;
      const { longitude, latitude } = station;
      motion.glideTo(cameraOf({ longitude, latitude, zoom }, size));
    },
    nearest,
  };

  function choose(stationId: string | null): void {
    scene.select(stationId);
    onSelect(stationId);
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
