// The camera's motion: moves, glides, resizes and rest.

import type { Clock } from "../../../shared/clock.ts";
import type { MapView } from "../../state/view-url.ts";
import { type Camera, cameraOf, type Size, startView, viewOf, zoomAt, zoomOf } from "./camera.ts";
import { createGlide } from "./glide.ts";
import type { PlanePoint } from "./plane.ts";

/** The map's camera, moved by the user or the page. */
export type CameraMotion = {
  readonly camera: Camera;
  readonly size: Size;
  readonly view: MapView;
  /** Whether another frame follows soon. */
  readonly isMoving: boolean;
  /** Zoom factor; 1 is the whole world. */
  readonly zoom: number;
  /** Whether the zoom is larger than that of the first view at this size. */
  readonly isZoomedIn: boolean;
  /** Moves at once. */
  move(to: Camera): void;
  setView(view: MapView): void;
  /** Moves smoothly, or at once with reduced motion. */
  glideTo(to: Camera): void;
  /** Zooms at once around a point of the canvas. @returns whether the zoom changed */
  zoomAtPoint(factor: number, at: PlanePoint): boolean;
  /** Keeps the visible region. Before the first move, a new size shows that size's first view. */
  resize(size: Size): void;
};

type MotionListener = {
  onMove(): void;
  /** Called when the camera comes to rest. */
  onRest(): void;
};

const restMs = 140;
/** Tolerance for rounding when a zoom is compared with the first view's. */
const zoomedInFactor = 1.05;

/** Creates a camera at the first view. @param isStill whether the user prefers reduced motion */
export function createCameraMotion(
  firstSize: Size,
  isStill: () => boolean,
  listener: MotionListener,
  clock: Clock,
): CameraMotion {
  let size = firstSize;
  let camera = cameraOf(startView(size), size);
  let wasMoved = false;
  let isMoving = false;
  const glide = createGlide(show);
  let cancelRest: (() => void) | undefined;

  return {
    get camera() {
      return camera;
    },
    get size() {
      return size;
    },
    get view() {
      return viewOf(camera, size);
    },
    get isMoving() {
      return isMoving;
    },
    get zoom() {
      return zoomOf(camera, size);
    },
    get isZoomedIn() {
      return zoomOf(camera, size) > startView(size).zoom * zoomedInFactor;
    },
    move,
    setView: (view) => move(cameraOf(view, size)),
    glideTo(goal) {
      wasMoved = true;
      glide.begin(camera, goal, isStill());
    },
    zoomAtPoint(factor, at) {
      const next = zoomAt(camera, size, factor, at);
      if (next.pixelsPerUnit === camera.pixelsPerUnit) return false;
      move(next);
      return true;
    },
    resize(next) {
      const view = viewOf(camera, size);
      size = next;
      show(cameraOf(wasMoved ? view : startView(size), size));
    },
  };

  function move(to: Camera): void {
    glide.stop();
    wasMoved = true;
    show(to);
  }

  function show(next: Camera): void {
    camera = next;
    isMoving = true;
    listener.onMove();
    cancelRest?.();
    cancelRest = clock.after(restMs, rest);
  }

  function rest(): void {
    // A frame of a glide may take longer than the rest time; the glide's last frame starts the rest.
    if (glide.isUnderWay) return;
    isMoving = false;
    listener.onRest();
  }
}
