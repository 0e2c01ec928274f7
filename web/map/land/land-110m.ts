import { decodeLand, type LandPolygon, stepsPerUnit } from "./land.ts";
import { encodedLand } from "./land-macro.ts" with { type: "macro" };

/** Returns the world's coasts as they are drawn from afar. */
export function land110m(): LandPolygon[] {
  return decodeLand(encodedLand("110m"), stepsPerUnit["110m"]);
}
