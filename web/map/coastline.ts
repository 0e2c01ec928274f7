import { type GeoContext, geoPath } from "d3-geo";
import type { Camera, Size } from "./camera.ts";
import type { MapTheme } from "./colours.ts";
import type { LandPolygon } from "./land.ts";
import { planeProjection } from "./plane.ts";

/** A shape of the plane, projected once for every view, and the box that it fills. */
type Shape = { path: Path2D; left: number; top: number; right: number; bottom: number };

/** The land in the plane, one shape for each polygon: what is out of sight costs nothing. */
export type Coastline = Shape[];

/** A frame's share: projecting goes on in the next, so that nothing is held up. */
const sliceMs = 8;
const graticuleStepDeg = 15;
const graticuleEndDeg = 75;
const coastWidth = 0.8;
const graticuleWidth = 0.75;

/** The outline of the world. */
export const world = shapeOf({ type: "Sphere" });
const graticule = shapeOf({ type: "MultiLineString", coordinates: graticuleLines() });

/** Projects the land in slices of a few milliseconds. */
export async function projectCoastline(land: LandPolygon[]): Promise<Coastline> {
  const shapes: Coastline = [];
  let sliceEndsAtMs = performance.now() + sliceMs;
  for (const coordinates of land) {
    shapes.push(shapeOf({ type: "Polygon", coordinates }));
    if (performance.now() < sliceEndsAtMs) continue;
    await new Promise((resolve) => setTimeout(resolve));
    sliceEndsAtMs = performance.now() + sliceMs;
  }
  return shapes;
}

/** Draws sea and land for a camera over a canvas of `size`, in CSS pixels. */
export function drawSea(
  context: CanvasRenderingContext2D,
  { coastline, theme }: { coastline: Coastline; theme: MapTheme },
  { camera, size, pixelRatio }: { camera: Camera; size: Size; pixelRatio: number },
): void {
  const scale = camera.pixelsPerUnit;
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  context.fillStyle = theme.outside;
  context.fillRect(0, 0, size.width, size.height);
  context.translate(size.width / 2 - camera.x * scale, size.height / 2 - camera.y * scale);
  context.scale(scale, scale);

  context.fillStyle = theme.sea;
  context.fill(world.path);
  context.lineWidth = graticuleWidth / scale;
  context.strokeStyle = theme.graticule;
  context.stroke(graticule.path);

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
  context.stroke(world.path);
}

function graticuleLines(): [number, number][][] {
  const lines: [number, number][][] = [];
  for (let longitude = -180; longitude < 180; longitude += graticuleStepDeg) {
    lines.push([-graticuleEndDeg, 0, graticuleEndDeg].map((latitude) => [longitude, latitude]));
  }
  for (let latitude = -graticuleEndDeg; latitude <= graticuleEndDeg; latitude += graticuleStepDeg) {
    // A line of the sphere is a great circle: a parallel needs many points.
    lines.push(Array.from({ length: 121 }, (_, i) => [i * 3 - 180, latitude]));
  }
  return lines;
}

function shapeOf(geometry: Parameters<ReturnType<typeof geoPath>>[0]): Shape {
  const path = new Path2D();
  const shape = { path, left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  const take = (x: number, y: number) => {
    shape.left = Math.min(shape.left, x);
    shape.right = Math.max(shape.right, x);
    shape.top = Math.min(shape.top, y);
    shape.bottom = Math.max(shape.bottom, y);
  };
  const pen: GeoContext = {
    beginPath() {},
    arc: (...args) => path.arc(...args),
    closePath: () => path.closePath(),
    moveTo(x, y) {
      take(x, y);
      path.moveTo(x, y);
    },
    lineTo(x, y) {
      take(x, y);
      path.lineTo(x, y);
    },
  };
  geoPath(planeProjection, pen)(geometry);
  return shape;
}
