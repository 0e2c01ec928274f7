// Draws sea, graticule and land.

import type { Camera, Size } from "../camera/camera.ts";
import { type PlanePoint, projectFromMiddle } from "../camera/plane.ts";
import type { MapTheme } from "../colours.ts";
import type { LandPolygon } from "../land/land.ts";

/** A shape of the plane and its bounding box. */
type Shape = { path: Path2D; left: number; top: number; right: number; bottom: number };

/** The land in the plane, one shape per polygon: shapes out of sight are skipped. */
export type Coastline = Shape[];

/** The look of sea and land. */
export type SeaLook = { coastline: Coastline; theme: MapTheme };

const graticuleStepDeg = 15;
const graticuleEndDeg = 75;
const curveStepDeg = 3;
const coastWidth = 0.8;
const graticuleWidth = 0.75;

/** The outline of the world. */
export const world = shapeOf([[...meridian(-180, 90), ...meridian(180, 90).reverse()]]).path;
const graticule = graticuleOf();

/** Creates the shapes of the land, once for all views. */
export function coastlineOf(land: LandPolygon[]): Coastline {
  return land.map((rings) => shapeOf(rings.map((ring) => ring.map(([x, y]) => ({ x, y })))));
}

/** Draws sea and land for a camera. @param size of the canvas, in CSS pixels */
export function drawSea(
  context: CanvasRenderingContext2D,
  { coastline, theme }: SeaLook,
  { camera, size, pixelRatio }: { camera: Camera; size: Size; pixelRatio: number },
): void {
  const scale = camera.pixelsPerUnit;
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  context.fillStyle = theme.outside;
  context.fillRect(0, 0, size.width, size.height);
  context.translate(size.width / 2 - camera.x * scale, size.height / 2 - camera.y * scale);
  context.scale(scale, scale);

  context.fillStyle = theme.sea;
  context.fill(world);
  context.lineWidth = graticuleWidth / scale;
  context.strokeStyle = theme.graticule;
  context.stroke(graticule);

  const halfWidth = size.width / 2 / scale;
  const halfHeight = size.height / 2 / scale;
  context.fillStyle = theme.land;
  context.strokeStyle = theme.coast;
  context.lineWidth = coastWidth / scale;
  context.lineJoin = "round";
  const inSight = coastline.filter(
    ({ left, top, right, bottom }) =>
      right > camera.x - halfWidth &&
      left < camera.x + halfWidth &&
      bottom > camera.y - halfHeight &&
      top < camera.y + halfHeight,
  );
  for (const { path } of inSight) context.fill(path);
  for (const { path } of inSight) context.stroke(path);
  context.stroke(world);
}

/** Returns a meridian from south to north. @param east degrees from the central meridian */
function meridian(east: number, endDeg: number): PlanePoint[] {
  const count = (2 * endDeg) / curveStepDeg;
  return Array.from({ length: count + 1 }, (_, i) => projectFromMiddle(east, i * curveStepDeg - endDeg));
}

/** Draws the graticule: meridians are curves of the plane, parallels are straight. */
function graticuleOf(): Path2D {
  const lines = new Path2D();
  // Count from the central meridian, 130°W, to the multiples of the step.
  const firstEast =
    -180 + ((180 - 130) % graticuleStepDeg === 0 ? 0 : graticuleStepDeg - ((180 - 130) % graticuleStepDeg));
  for (let east = firstEast; east < 180; east += graticuleStepDeg) trace(lines, meridian(east, graticuleEndDeg));
  for (let latitude = -graticuleEndDeg; latitude <= graticuleEndDeg; latitude += graticuleStepDeg) {
    trace(lines, [projectFromMiddle(-180, latitude), projectFromMiddle(180, latitude)]);
  }
  return lines;
}

function trace(path: Path2D, points: readonly PlanePoint[]): void {
  for (const [index, { x, y }] of points.entries()) {
    if (index === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  }
}

function shapeOf(rings: readonly PlanePoint[][]): Shape {
  const path = new Path2D();
  const shape = { path, left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const ring of rings) {
    trace(path, ring);
    path.closePath();
    for (const { x, y } of ring) {
      shape.left = Math.min(shape.left, x);
      shape.right = Math.max(shape.right, x);
      shape.top = Math.min(shape.top, y);
      shape.bottom = Math.max(shape.bottom, y);
    }
  }
  return shape;
}
