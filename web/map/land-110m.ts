import { decodeLand, type LandPolygon, stepsPerDegree } from "./land.ts";
import { encodedLand } from "./land-macro.ts" with { type: "macro" };

/** The world's coasts as they are drawn from afar. */
export function land110m(): LandPolygon[] {
  return decodeLand(encodedLand("110m"), stepsPerDegree["110m"]);
}
