// The world's detailed coastline, a chunk that loads on zoom.

import { decodeLand, type LandPolygon, stepsPerUnit } from "./land.ts";
import { encodedLand } from "./land-macro.ts" with { type: "macro" };

/** Returns the world's coastline for large zooms. */
export function land50m(): LandPolygon[] {
  return decodeLand(encodedLand("50m"), stepsPerUnit["50m"]);
}
