// Canvases that are moved and stretched by CSS transforms.

import { type Camera, type Size, toCanvas } from "../camera/camera.ts";
import type { PlanePoint } from "../camera/plane.ts";

/** The view that a canvas shows: a camera, and its size in CSS pixels. */
export type Drawn = { camera: Camera; size: Size };

/** Max stretch of a drawn chart while the map moves. */
const maxStretch = 1.7;
const minStretch = 0.6;

/** Adds a canvas to the map, positioned by its transform. */
export function addCanvas(element: HTMLElement): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.setAttribute("aria-hidden", "true");
  Object.assign(canvas.style, { position: "absolute", left: "0", top: "0", transformOrigin: "0 0" });
  return element.appendChild(canvas);
}

/** Sets a canvas's size in CSS pixels, and clears it. */
export function fitCanvas(canvas: HTMLCanvasElement, { width, height }: Size, pixelRatio: number): void {
  canvas.width = Math.round(width * pixelRatio);
  canvas.height = Math.round(height * pixelRatio);
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
}

/** Moves and stretches a canvas to match a camera. @param size of the map */
export function placeCanvas(canvas: HTMLCanvasElement, drawn: Drawn, camera: Camera, size: Size): void {
  const { stretch, middle } = seenBy(camera, drawn.camera, size);
  const [left, top] = [middle.x - (stretch * drawn.size.width) / 2, middle.y - (stretch * drawn.size.height) / 2];
  canvas.style.transform = `translate(${left}px, ${top}px) scale(${stretch})`;
}

/** Returns whether a drawn canvas covers the map under another camera. @param size of the map */
export function covers(drawn: Drawn, camera: Camera, size: Size): boolean {
  const { stretch, middle } = seenBy(camera, drawn.camera, size);
  const [halfWidth, halfHeight] = [(stretch * drawn.size.width) / 2, (stretch * drawn.size.height) / 2];
  return (
    middle.x <= halfWidth &&
    middle.y <= halfHeight &&
    middle.x + halfWidth >= size.width &&
    middle.y + halfHeight >= size.height
  );
}

/** Returns whether a drawn canvas is good enough for another camera while the map moves. @param size of the map */
export function willDo(drawn: Drawn, camera: Camera, size: Size): boolean {
  const { stretch } = seenBy(camera, drawn.camera, size);
  return stretch < maxStretch && stretch > minStretch && covers(drawn, camera, size);
}

/** Returns whether two cameras show the same view. */
export function isSame(a: Camera, b: Camera): boolean {
  return a.x === b.x && a.y === b.y && a.pixelsPerUnit === b.pixelsPerUnit;
}

function seenBy(camera: Camera, drawn: Camera, size: Size): { stretch: number; middle: PlanePoint } {
  return { stretch: camera.pixelsPerUnit / drawn.pixelsPerUnit, middle: toCanvas(drawn, camera, size) };
}
