import type { Clock } from "../../../shared/clock.ts";
import type { MapView } from "../../state/view-url.ts";
import { type Camera, cameraOf, firstView, type Size, viewOf, zoomAt, zoomOf } from "./camera.ts";
import { createGlide } from "./glide.ts";
import type { PlanePoint } from "./plane.ts";

/** The camera of a map, which a person or the page moves. */
export type CameraMotion = {
  readonly camera: Camera;
  readonly size: Size;
  readonly view: MapView;
  /** Whether another frame follows soon. */
  readonly isMoving: boolean;
  /** How near it is; 1 is the whole world. */
  readonly zoom: number;
  /** Whether it is nearer than the first view of this size. */
  readonly isZoomedIn: boolean;
  /** Moves there at once. */
  move(to: Camera): void;
  setView(view: MapView): void;
  /** Moves there smoothly, or at once where motion is to be reduced. */
  glideTo(to: Camera): void;
  /** Zooms at once around a point of the canvas. @returns whether it could */
  zoomAtPoint(factor: number, at: PlanePoint): boolean;
  /** Keeps what is seen; until something was moved, another size shows another first view. */
  resize(size: Size): void;
};

type MotionListener = {
  onMove(): void;
  /** The camera has come to rest. */
  onRest(): void;
};

const restMs = 140;
/** A first view is not yet zoomed in, however its numbers are rounded. */
const zoomedInFactor = 1.05;

/** Makes a camera that shows the first view. @param isStill whether motion is to be reduced */
export function createCameraMotion(
  firstSize: Size,
  isStill: () => boolean,
  listener: MotionListener,
  clock: Clock,
): CameraMotion {
  let size = firstSize;
  let camera = cameraOf(firstView(size), size);
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
      return zoomOf(camera, size) > firstView(size).zoom * zoomedInFactor;
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
      show(cameraOf(wasMoved ? view : firstView(size), size));
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
    // A frame of a glide may take longer than a rest; after its last one it rests.
    if (glide.isUnderWay) return;
    isMoving = false;
    listener.onRest();
  }
}
