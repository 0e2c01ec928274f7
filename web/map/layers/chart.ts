import type { Camera, Size } from "../camera/camera.ts";
import { addCanvas, covers, type Drawn, fitCanvas, isSame, placeCanvas, willDo } from "./canvas.ts";
import { drawSea, type SeaLook } from "./coastline.ts";
import { createNight } from "./night.ts";
import { createRoughWorld } from "./rough-world.ts";

/** What the chart shows beside the stations. */
type Look = SeaLook & { timeMs: number };

/** Sea, land, night and stations on a canvas. */
export type Chart = {
  /** @param size of the map, in CSS pixels; a canvas that was given a size is empty until {@link Chart.show} */
  resize(size: Size): void;
  setLook(look: Look): void;
  /** The stations look different. */
  touch(): void;
  /** Shows it under a camera. @param isMoving draw as little as can be: another frame follows */
  show(camera: Camera, isMoving: boolean): void;
};

/** The chart is drawn beyond each edge by this part of the map's size, so that a pan does not uncover the sea at once. */
const bleedShare = 0.12;
/** While the map moves, the chart is drawn again no oftener than this. */
const redrawMs = 250;
const largestPixelRatio = 2;
/** Beyond this a larger canvas costs more memory than it shows. */
const mostPixels = 16_000_000;

/**
 * Adds sea, land, night and stations on one opaque canvas, which is moved and stretched as a whole while the map moves and
 * drawn when it has come to rest: a browser has no less to do. Beneath it lies the whole world, roughly.
 * @param drawStations onto a canvas of that size
 */
export function createChart(
  element: HTMLElement,
  drawStations: (context: CanvasRenderingContext2D, camera: Camera, size: Size) => void,
): Chart {
  const night = createNight();
  const rough = createRoughWorld(element, night);
  const canvas = addCanvas(element);
  const sea = createSeaPicture();
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
      if (isRedrawn) sea.forget();
      if (isLater) night.paint(next.timeMs, next.theme.night);
      if (!isRedrawn && !isLater) return;
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
    night.draw(context, camera, drawnSize, pixelRatio);
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    drawStations(context, camera, drawnSize);
    drawn = { camera, size: drawnSize };
    drawnAtMs = performance.now();
    isStale = false;
  }
}

/** Sea and land of one camera, kept while only stations or the time change. */
function createSeaPicture() {
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
      if (drawnFor === null || !isSame(drawnFor, camera)) drawSea(context, look, { camera, size, pixelRatio });
      drawnFor = camera;
      onto.setTransform(1, 0, 0, 1, 0, 0);
      onto.drawImage(canvas, 0, 0);
    },
  };
}

function withBleed({ width, height }: Size): Size {
  return { width: width * (1 + 2 * bleedShare), height: height * (1 + 2 * bleedShare) };
}

function pixelRatioOf({ width, height }: Size): number {
  return Math.min(devicePixelRatio, largestPixelRatio, Math.sqrt(mostPixels / (width * height)));
}
