// The camera's arithmetic: first view, zoom, pan, and conversion between plane and canvas.

import { clamp } from "../../../shared/numbers.ts";
import type { MapView } from "../../state/view-url.ts";
import { type PlanePoint, planeHeight, planeWidth, project, unproject } from "./plane.ts";

/** A view of the plane: the point at the middle of the canvas, and pixels per unit. */
export type Camera = PlanePoint & { pixelsPerUnit: number };

/** A size in CSS pixels. */
export type Size = { width: number; height: number };

/** Max zoom; 1 is the whole world. */
export const largestZoom = 64;
/** Part of the canvas that the whole world fills, so that it does not touch the edges. */
const margin = 0.97;

/** Tolerance in units of the plane: less than a thousandth of a pixel. */
const rounding = 1e-6;

/** The outermost stations that a first view should contain, as `[longitude, latitude]`. */
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

/** Returns pixels per unit at zoom 1. */
function wholeWorldScale(size: Size): number {
  return Math.max(margin * Math.min(size.width / planeWidth, size.height / planeHeight), Number.EPSILON);
}

/** Returns the first view: all stations, or on a tall phone only the coasts of America and Hawaii. */
export function startView(size: Size): MapView {
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

/** Returns the camera for a view, kept within the world. */
export function cameraOf(view: MapView, size: Size): Camera {
  return hold({ ...project(view.longitude, view.latitude), pixelsPerUnit: view.zoom * wholeWorldScale(size) }, size);
}

/** Returns the view of a camera. */
export function viewOf(camera: Camera, size: Size): MapView {
  return { ...unproject(camera), zoom: zoomOf(camera, size) };
}

/** Returns the camera's zoom; 1 is the whole world. */
export function zoomOf(camera: Camera, size: Size): number {
  return camera.pixelsPerUnit / wholeWorldScale(size);
}

/** Converts a point of the plane to a point of the canvas. */
export function toCanvas(point: PlanePoint, camera: Camera, size: Size): PlanePoint {
  return {
    x: (point.x - camera.x) * camera.pixelsPerUnit + size.width / 2,
    y: (point.y - camera.y) * camera.pixelsPerUnit + size.height / 2,
  };
}

/** Converts a point of the canvas to a point of the plane. */
export function toPlane(point: PlanePoint, camera: Camera, size: Size): PlanePoint {
  return {
    x: (point.x - size.width / 2) / camera.pixelsPerUnit + camera.x,
    y: (point.y - size.height / 2) / camera.pixelsPerUnit + camera.y,
  };
}

/** Zooms around a point of the canvas: that point keeps its place on the map. */
export function zoomAt(camera: Camera, size: Size, factor: number, at: PlanePoint): Camera {
  const fixed = toPlane(at, camera, size);
  const whole = wholeWorldScale(size);
  const pixelsPerUnit = clamp(camera.pixelsPerUnit * factor, whole, whole * largestZoom);
  const ratio = camera.pixelsPerUnit / pixelsPerUnit;
  return hold(
    { x: fixed.x + (camera.x - fixed.x) * ratio, y: fixed.y + (camera.y - fixed.y) * ratio, pixelsPerUnit },
    size,
  );
}

/** Pans the map by pixels. */
export function pan(camera: Camera, size: Size, dx: number, dy: number): Camera {
  const { pixelsPerUnit } = camera;
  return hold({ x: camera.x - dx / pixelsPerUnit, y: camera.y - dy / pixelsPerUnit, pixelsPerUnit }, size);
}

/** Keeps the world in sight: its edge stops at the canvas edge; a world smaller than the canvas is centred. */
function hold(camera: Camera, size: Size): Camera {
  const whole = wholeWorldScale(size);
  const pixelsPerUnit = clamp(camera.pixelsPerUnit, whole, whole * largestZoom);
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
