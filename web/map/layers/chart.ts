// The chart: sea, land, night and stations on one canvas.

import type { Camera, Size } from "../camera/camera.ts";
import { addCanvas, covers, type Drawn, fitCanvas, isSame, placeCanvas, willDo } from "./canvas.ts";
import { drawSea, type SeaLook } from "./coastline.ts";
import { createNight, type Night } from "./night.ts";
import { createRoughWorld } from "./rough-world.ts";

/** The look of the chart without its stations. */
type Look = SeaLook & { timeMs: number };

/** Sea, land, night and stations on a canvas. */
export type Chart = {
  /** Resizes and clears the canvas; it stays empty until {@link Chart.show}. @param size of the map, in CSS pixels */
  resize(size: Size): void;
  setLook(look: Look): void;
  /** Marks the stations for redrawing. */
  touch(): void;
  /** Shows the chart under a camera. @param isMoving draws as little as possible, because another frame follows */
  show(camera: Camera, isMoving: boolean): void;
};

/** The chart extends beyond each edge by this part of the map's size, so that a short pan uncovers nothing. */
const bleedShare = 0.12;
/** Min time between two redraws while the map moves. */
const redrawMs = 250;
const largestPixelRatio = 2;
/** Max pixels of the canvas, to limit memory. */
const maxPixels = 16_000_000;

/**
 * Adds sea, land, night and stations on one opaque canvas. The browser moves and stretches it while the map moves, and
 * the chart is redrawn at rest: the cheapest way. A rough drawing of the whole world is below it.
 * @param drawStations draws onto a canvas of that size
 */
export function createChart(
  element: HTMLElement,
  drawStations: (context: CanvasRenderingContext2D, camera: Camera, size: Size) => void,
): Chart {
  const night = createNight();
  const rough = createRoughWorld(element, night);
  const canvas = addCanvas(element);
  const sea = createSeaPicture(night);
  let look: Look | null = null;
  let size: Size = { width: 1, height: 1 };
  let pixelRatio = 1;
  let drawn: Drawn | null = null;
  let drawnAtMs = 0;
  let isStale = true;

  return {
    resize(next) {
      size = next;
      pixelRatio = pixelRatioOf(withBleed(size));
      fitCanvas(canvas, withBleed(size), pixelRatio);
      sea.resize(withBleed(size), pixelRatio);
      drawn = null;
    },
    setLook(next) {
      const isRedyed = look?.theme !== next.theme;
      const isRedrawn = isRedyed || look?.coastline !== next.coastline;
      const isLater = isRedyed || look?.timeMs !== next.timeMs;
      look = next;
      if (isLater) night.paint(next.timeMs, next.theme.night);
      if (!isRedrawn && !isLater) return;
      sea.forget();
      rough.touch();
      isStale = true;
    },
    touch() {
      isStale = true;
    },
    show(camera, isMoving) {
      if (look === null) return;
      const isDue = !isMoving || performance.now() - drawnAtMs > redrawMs;
      if (drawn === null || (isDue && (isStale || !fits(drawn, camera, isMoving)))) draw(look, camera);
      if (drawn === null) return;
      if (!covers(drawn, camera, size)) rough.show(look, camera, size);
      placeCanvas(canvas, drawn, camera, size);
    },
  };

  function fits(present: Drawn, camera: Camera, isMoving: boolean): boolean {
    return isMoving ? willDo(present, camera, size) : isSame(present.camera, camera);
  }

  function draw(shown: Look, camera: Camera): void {
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) return;
    const drawnSize = withBleed(size);
    sea.draw(context, shown, camera);
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    drawStations(context, camera, drawnSize);
    drawn = { camera, size: drawnSize };
    drawnAtMs = performance.now();
    isStale = false;
  }
}

/** Caches sea, land and night for one camera, while only stations change. */
function createSeaPicture(night: Night) {
  const canvas = document.createElement("canvas");
  let size: Size = { width: 1, height: 1 };
  let pixelRatio = 1;
  let drawnFor: Camera | null = null;
  return {
    resize(next: Size, ratio: number): void {
      [size, pixelRatio, drawnFor] = [next, ratio, null];
      fitCanvas(canvas, size, pixelRatio);
    },
    forget(): void {
      drawnFor = null;
    },
    draw(onto: CanvasRenderingContext2D, look: SeaLook, camera: Camera): void {
      const context = canvas.getContext("2d", { alpha: false });
      if (!context) return;
      if (drawnFor === null || !isSame(drawnFor, camera)) {
        drawSea(context, look, { camera, size, pixelRatio });
        night.draw(context, camera, size, pixelRatio);
        drawnFor = camera;
      }
      onto.setTransform(1, 0, 0, 1, 0, 0);
      onto.drawImage(canvas, 0, 0);
    },
  };
}

function withBleed({ width, height }: Size): Size {
  return { width: width * (1 + 2 * bleedShare), height: height * (1 + 2 * bleedShare) };
}

function pixelRatioOf({ width, height }: Size): number {
  return Math.min(devicePixelRatio, largestPixelRatio, Math.sqrt(maxPixels / (width * height)));
}
