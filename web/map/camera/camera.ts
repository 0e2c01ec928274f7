import type { MapView } from "../../state/view-url.ts";
import { type PlanePoint, planeHeight, planeWidth, project, unproject } from "./plane.ts";

/** The view in the plane: what lies in the middle of the canvas, and how many pixels a unit is. */
export type Camera = PlanePoint & { pixelsPerUnit: number };

/** In CSS pixels. */
export type Size = { width: number; height: number };

export const largestZoom = 64;
/** The whole world does not touch the edges. */
const margin = 0.97;

/** A thousandth of a pixel at most. */
const rounding = 1e-6;

/** The network's outermost stations that a first view should hold, as `[longitude, latitude]`. */
const stationsOfWideView = [
  [144, 13],
  [-178, 52],
  [-150, 72],
  [-52, 48],
  [-55, 12],
  [-160, -6],
] as const;
const stationsOfTallView = [
  [-163, 20],
  [-150, 68],
  [-62, 46],
  [-64, 14],
] as const;

/** Pixels per unit at zoom 1. */
function wholeWorldScale(size: Size): number {
  return Math.max(margin * Math.min(size.width / planeWidth, size.height / planeHeight), Number.EPSILON);
}

/** Returns the first view: where the stations are, and on a tall phone only the coasts of America and Hawaii. */
export function firstView(size: Size): MapView {
  const points = (size.width < size.height ? stationsOfTallView : stationsOfWideView).map(([longitude, latitude]) =>
    project(longitude, latitude),
  );
  const [left, right] = [Math.min(...points.map(({ x }) => x)), Math.max(...points.map(({ x }) => x))];
  const [top, bottom] = [Math.min(...points.map(({ y }) => y)), Math.max(...points.map(({ y }) => y))];
  const scale = margin * Math.min(size.width / (right - left), size.height / (bottom - top));
  return {
    ...unproject({ x: (left + right) / 2, y: (top + bottom) / 2 }),
    zoom: Math.max(1, scale / wholeWorldScale(size)),
  };
}

/** Returns the camera of a view, held within the world. */
export function cameraOf(view: MapView, size: Size): Camera {
  return hold({ ...project(view.longitude, view.latitude), pixelsPerUnit: view.zoom * wholeWorldScale(size) }, size);
}

/** Returns the view of a camera. */
export function viewOf(camera: Camera, size: Size): MapView {
  return { ...unproject(camera), zoom: zoomOf(camera, size) };
}

/** Returns how near a camera is; 1 is the whole world. */
export function zoomOf(camera: Camera, size: Size): number {
  return camera.pixelsPerUnit / wholeWorldScale(size);
}

/** Returns where a point of the plane is on the canvas. */
export function toCanvas(point: PlanePoint, camera: Camera, size: Size): PlanePoint {
  return {
    x: (point.x - camera.x) * camera.pixelsPerUnit + size.width / 2,
    y: (point.y - camera.y) * camera.pixelsPerUnit + size.height / 2,
  };
}

/** Returns which point of the plane is at a point of the canvas. */
export function toPlane(point: PlanePoint, camera: Camera, size: Size): PlanePoint {
  return {
    x: (point.x - size.width / 2) / camera.pixelsPerUnit + camera.x,
    y: (point.y - size.height / 2) / camera.pixelsPerUnit + camera.y,
  };
}

/** Zooms so that what is at a point of the canvas stays there. */
export function zoomAt(camera: Camera, size: Size, factor: number, at: PlanePoint): Camera {
  const fixed = toPlane(at, camera, size);
  const whole = wholeWorldScale(size);
  const pixelsPerUnit = Math.min(Math.max(camera.pixelsPerUnit * factor, whole), whole * largestZoom);
  const ratio = camera.pixelsPerUnit / pixelsPerUnit;
  return hold(
    { x: fixed.x + (camera.x - fixed.x) * ratio, y: fixed.y + (camera.y - fixed.y) * ratio, pixelsPerUnit },
    size,
  );
}

/** Moves the map by pixels, as a finger does. */
export function pan(camera: Camera, size: Size, dx: number, dy: number): Camera {
  const { pixelsPerUnit } = camera;
  return hold({ x: camera.x - dx / pixelsPerUnit, y: camera.y - dy / pixelsPerUnit, pixelsPerUnit }, size);
}

/** Nobody can push the world out of sight: its edge stops at the canvas's, and what is smaller than the canvas is central. */
function hold(camera: Camera, size: Size): Camera {
  const whole = wholeWorldScale(size);
  const pixelsPerUnit = Math.min(Math.max(camera.pixelsPerUnit, whole), whole * largestZoom);
  return {
    pixelsPerUnit,
    x: holdAxis(camera.x, size.width / pixelsPerUnit, planeWidth),
    y: holdAxis(camera.y, size.height / pixelsPerUnit, planeHeight),
  };
}

function holdAxis(middle: number, seen: number, length: number): number {
  const rim = ((1 / margin - 1) / 2) * length;
  const least = Math.max(seen / 2 - rim, 0);
  return least > length / 2 - rounding ? length / 2 : Math.min(Math.max(middle, least), length - least);
}
