// The shade of the night over the map.

import { vectorOf } from "../../sea/sphere.ts";
import { nightDepth, subsolarPoint } from "../../sea/sun.ts";
import type { Camera, Size } from "../camera/camera.ts";
import { planeHeight, planeWidth, unproject } from "../camera/plane.ts";
import { world } from "./coastline.ts";

/** Columns of the picture. Dusk is soft: stretching a small picture smooths it. */
const columns = 256;
const rows = Math.round((columns * planeHeight) / planeWidth);

/** The shade of the night over the whole plane, as a small picture that is drawn stretched. */
export type Night = {
  /** Paints the picture for a time. @param colour of the full night, with its opacity */
  paint(timeMs: number, colour: string): void;
  /** Draws the night over the world of a camera's view. @param size of the canvas, in CSS pixels */
  draw(context: CanvasRenderingContext2D, camera: Camera, size: Size, pixelRatio: number): void;
};

/** Makes an empty picture; call `paint` first. */
export function createNight(): Night {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [columns, rows];
  /** Unit vectors from the Earth's centre for each pixel; computed on first use. */
  let places: Float32Array | null = null;

  return {
    paint(timeMs, colour) {
      const context = canvas.getContext("2d");
      if (!context) return;
      places ??= placesOfPoints();
      const { longitude, latitude } = subsolarPoint(timeMs);
      const [x, y, z] = vectorOf(longitude, latitude);
      const shade = context.createImageData(columns, rows);
      for (let i = 0; i < columns * rows; i++) {
        const altitude = x * (places[3 * i] ?? 0) + y * (places[3 * i + 1] ?? 0) + z * (places[3 * i + 2] ?? 0);
        const depth = nightDepth(altitude);
        shade.data[4 * i + 3] = 255 * depth * depth * (3 - 2 * depth);
      }
      context.globalCompositeOperation = "copy";
      context.putImageData(shade, 0, 0);
      context.globalCompositeOperation = "source-in";
      context.fillStyle = colour;
      context.fillRect(0, 0, columns, rows);
    },
    draw(context, camera, size, pixelRatio) {
      const scale = camera.pixelsPerUnit * pixelRatio;
      context.save();
      context.setTransform(scale, 0, 0, scale, (pixelRatio * size.width) / 2, (pixelRatio * size.height) / 2);
      context.translate(-camera.x, -camera.y);
      context.clip(world);
      context.drawImage(canvas, 0, 0, planeWidth, planeHeight);
      context.restore();
    },
  };
}

function placesOfPoints(): Float32Array {
  const places = new Float32Array(3 * columns * rows);
  const step = planeWidth / columns;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const { longitude, latitude } = unproject({ x: (column + 0.5) * step, y: (row + 0.5) * step });
      places.set(vectorOf(longitude, latitude), 3 * (row * columns + column));
    }
  }
  return places;
}
