import { type Camera, type Size, toCanvas } from "../camera.ts";
import type { MapTheme } from "../colours.ts";
import { planeHeight, planeWidth } from "../plane.ts";
import { type Coastline, drawSea, world } from "./coastline.ts";
import { createNight } from "./night.ts";

/** What the chart shows beside the stations. */
export type Look = { coastline: Coastline; theme: MapTheme; timeMs: number };

export type Chart = ReturnType<typeof createChart>;

/** The chart is drawn beyond each edge by this part of the map's size, so that a pan does not uncover the sea at once. */
const bleedShare = 0.12;
/** Between these a chart is only stretched while the map moves. */
const mostStretched = 1.7;
const leastStretched = 0.6;
/** While the map moves, the chart is drawn anew no oftener than this. */
const redrawMs = 250;
const largestPixelRatio = 2;
/** Beyond this a larger canvas costs more memory than it shows. */
const mostPixels = 16_000_000;
/** The rough world beneath, that shows where the chart has not been drawn yet. */
const roughWidth = 1440;

/**
 * Sea, land, night and stations on one opaque canvas, which is moved and stretched as a whole while the map moves and
 * drawn when it has come to rest: a browser has no less to do. Beneath it lies the whole world, roughly.
 * @param drawStations onto a canvas of that size
 */
export function createChart(
  element: HTMLElement,
  drawStations: (context: CanvasRenderingContext2D, camera: Camera, size: Size) => void,
) {
  const rough = addCanvas(element);
  const chart = addCanvas(element);
  /** Sea and land for `seaCamera`, kept while only stations or the time change. */
  const sea = document.createElement("canvas");
  const night = createNight();
  let look: Look | null = null;
  let size: Size = { width: 1, height: 1 };
  let drawnSize: Size = size;
  let pixelRatio = 1;
  let drawnFor: Camera | null = null;
  let drawnAtMs = 0;
  let seaCamera: Camera | null = null;
  let isStale = true;
  let isRoughStale = true;
  fit(rough, { width: roughWidth, height: (roughWidth * planeHeight) / planeWidth }, 1);

  return { resize, setLook, touch, show };

  function resize(next: Size): void {
    size = next;
    drawnSize = { width: size.width * (1 + 2 * bleedShare), height: size.height * (1 + 2 * bleedShare) };
    const mostRatio = Math.sqrt(mostPixels / (drawnSize.width * drawnSize.height));
    pixelRatio = Math.min(devicePixelRatio, largestPixelRatio, mostRatio);
    for (const canvas of [chart, sea]) fit(canvas, drawnSize, pixelRatio);
    drawnFor = null;
    seaCamera = null;
  }

  function setLook(next: Look): void {
    const isRedyed = look?.theme !== next.theme;
    const isRedrawn = isRedyed || look?.coastline !== next.coastline;
    const isLater = isRedyed || look?.timeMs !== next.timeMs;
    look = next;
    if (isRedrawn) seaCamera = null;
    if (isLater) night.paint(next.timeMs, next.theme.night);
    if (!isRedrawn && !isLater) return;
    isRoughStale = true;
    touch();
  }

  /** The stations look otherwise. */
  function touch(): void {
    isStale = true;
  }

  /** @param isMoving draw as little as can be: another frame follows */
  function show(camera: Camera, isMoving: boolean): void {
    if (look === null) return;
    const isDue = !isMoving || performance.now() - drawnAtMs > redrawMs;
    if (drawnFor === null || (isDue && (isStale || !fits(drawnFor, camera, isMoving)))) draw(look, camera);
    if (drawnFor !== null && !covers(drawnFor, camera)) {
      if (isRoughStale) drawRough(look);
      place(rough, planeMiddle, camera, { width: roughWidth, height: rough.height }, roughCamera.pixelsPerUnit);
    }
    if (drawnFor) place(chart, drawnFor, camera, drawnSize, drawnFor.pixelsPerUnit);
  }

  function draw(shown: Look, camera: Camera): void {
    const [context, seaContext] = [chart, sea].map((canvas) => canvas.getContext("2d", { alpha: false }));
    if (!context || !seaContext) return;
    if (seaCamera === null || !isSame(seaCamera, camera)) {
      drawSea(seaContext, shown, { camera, size: drawnSize, pixelRatio });
      seaCamera = camera;
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(sea, 0, 0);
    drawNight(context, camera, drawnSize, pixelRatio);
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    drawStations(context, camera, drawnSize);
    drawnFor = camera;
    drawnAtMs = performance.now();
    isStale = false;
  }

  function drawRough(shown: Look): void {
    const context = rough.getContext("2d", { alpha: false });
    if (!context) return;
    const roughSize = { width: rough.width, height: rough.height };
    drawSea(context, shown, { camera: roughCamera, size: roughSize, pixelRatio: 1 });
    drawNight(context, roughCamera, roughSize, 1);
    isRoughStale = false;
  }

  function drawNight(context: CanvasRenderingContext2D, camera: Camera, onto: Size, ratio: number): void {
    const scale = camera.pixelsPerUnit * ratio;
    context.save();
    context.setTransform(scale, 0, 0, scale, (ratio * onto.width) / 2, (ratio * onto.height) / 2);
    context.translate(-camera.x, -camera.y);
    context.clip(world);
    context.drawImage(night.canvas, 0, 0, planeWidth, planeHeight);
    context.restore();
  }

  /** Whether what was drawn for one camera still does for another. */
  function fits(drawn: Camera, camera: Camera, isMoving: boolean): boolean {
    if (!isMoving) return isSame(drawn, camera);
    const stretch = camera.pixelsPerUnit / drawn.pixelsPerUnit;
    return stretch < mostStretched && stretch > leastStretched && covers(drawn, camera);
  }

  function covers(drawn: Camera, camera: Camera): boolean {
    const stretch = camera.pixelsPerUnit / drawn.pixelsPerUnit;
    const middle = toCanvas(drawn, camera, size);
    const [halfWidth, halfHeight] = [(stretch * drawnSize.width) / 2, (stretch * drawnSize.height) / 2];
    return (
      middle.x <= halfWidth &&
      middle.y <= halfHeight &&
      middle.x + halfWidth >= size.width &&
      middle.y + halfHeight >= size.height
    );
  }

  /** Puts a canvas whose middle shows a point of the plane where that point is now. */
  function place(
    canvas: HTMLCanvasElement,
    shownInMiddle: { x: number; y: number },
    camera: Camera,
    { width, height }: Size,
    drawnPixelsPerUnit: number,
  ): void {
    const stretch = camera.pixelsPerUnit / drawnPixelsPerUnit;
    const middle = toCanvas(shownInMiddle, camera, size);
    const [left, top] = [middle.x - (stretch * width) / 2, middle.y - (stretch * height) / 2];
    canvas.style.transform = `translate(${left}px, ${top}px) scale(${stretch})`;
  }
}

const planeMiddle = { x: planeWidth / 2, y: planeHeight / 2 };
const roughCamera: Camera = { ...planeMiddle, pixelsPerUnit: roughWidth / planeWidth };

function isSame(a: Camera, b: Camera): boolean {
  return a.x === b.x && a.y === b.y && a.pixelsPerUnit === b.pixelsPerUnit;
}

function addCanvas(element: HTMLElement): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.setAttribute("aria-hidden", "true");
  Object.assign(canvas.style, { position: "absolute", left: "0", top: "0", transformOrigin: "0 0" });
  return element.appendChild(canvas);
}

function fit(canvas: HTMLCanvasElement, { width, height }: Size, pixelRatio: number): void {
  canvas.width = Math.round(width * pixelRatio);
  canvas.height = Math.round(height * pixelRatio);
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
}
