// The world's coarse coastline.

import { decodeLand, type LandPolygon, stepsPerUnit } from "./land.ts";
import { encodedLand } from "./land-macro.ts" with { type: "macro" };

/** Returns the world's coastline for small zooms. */
export function land110m(): LandPolygon[] {
  return decodeLand(encodedLand("110m"), stepsPerUnit["110m"]);
}
