// The rough drawing of the whole world below the chart.

import type { Camera, Size } from "../camera/camera.ts";
import { planeHeight, planeWidth } from "../camera/plane.ts";
import { addCanvas, fitCanvas, placeCanvas } from "./canvas.ts";
import { drawSea, type SeaLook } from "./coastline.ts";
import type { Night } from "./night.ts";

/** The whole world, roughly drawn below the chart; visible where the chart is not drawn yet. */
type RoughWorld = {
  /** Marks the drawing as outdated. */
  touch(): void;
  /** Shows the drawing under a camera. @param size of the map */
  show(look: SeaLook, camera: Camera, size: Size): void;
};

/** Width in pixels. */
const width = 1440;
const size = { width, height: Math.round((width * planeHeight) / planeWidth) };
const camera: Camera = { x: planeWidth / 2, y: planeHeight / 2, pixelsPerUnit: width / planeWidth };

/** Adds the rough world to a map; it is drawn on first use. */
export function createRoughWorld(element: HTMLElement, night: Night): RoughWorld {
  const canvas = addCanvas(element);
  fitCanvas(canvas, size, 1);
  let isStale = true;
  return {
    touch() {
      isStale = true;
    },
    show(look, seenFrom, mapSize) {
      const context = isStale ? canvas.getContext("2d", { alpha: false }) : null;
      if (context) {
        drawSea(context, look, { camera, size, pixelRatio: 1 });
        night.draw(context, camera, size, 1);
        isStale = false;
      }
      placeCanvas(canvas, { camera, size }, seenFrom, mapSize);
    },
  };
}
