import { decodeLand, type LandPolygon, stepsPerUnit } from "./land.ts";
import { encodedLand } from "./land-macro.ts" with { type: "macro" };

/** Returns the world's coasts as they are drawn from near; a file of its own, fetched when somebody zooms in. */
export function land50m(): LandPolygon[] {
  return decodeLand(encodedLand("50m"), stepsPerUnit["50m"]);
}
