import { readFileSync } from "node:fs";
import { geoArea } from "d3-geo";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { encodeLand, type LandPolygon, stepsPerDegree } from "./land.ts";

type Resolution = keyof typeof stepsPerDegree;

/** What is smaller than this is no pixel at the zoom at which the resolution is drawn; in square degrees. */
const smallestIslet: Record<Resolution, number> = { "110m": 0.5, "50m": 0.0015 };

const squareDegreesPerSteradian = (180 / Math.PI) ** 2;
const hemisphere = 2 * Math.PI;

/**
 * The coastline of world-atlas (Natural Earth) as one short text. Runs while the page is bundled, so that neither
 * TopoJSON nor its decoder is sent to anybody.
 * @returns what `decodeLand` reads
 */
export function encodedLand(resolution: Resolution): string {
  const atlas = Bun.resolveSync(`world-atlas/land-${resolution}.json`, import.meta.dir);
  const topology: Topology<{ land: GeometryCollection }> = JSON.parse(readFileSync(atlas, "utf8"));
  const polygons = feature(topology, topology.objects.land).features.flatMap(({ geometry }) => {
    if (geometry.type === "MultiPolygon") return geometry.coordinates as LandPolygon[];
    return geometry.type === "Polygon" ? [geometry.coordinates as LandPolygon] : [];
  });
  return encodeLand(
    polygons.filter((polygon) => isDrawn(polygon, resolution)),
    stepsPerDegree[resolution],
  );
}

/** A ring that rounding turned inside out would flood the whole world with land: it is too small to be seen anyway. */
function isDrawn(coordinates: LandPolygon, resolution: Resolution): boolean {
  const steps = stepsPerDegree[resolution];
  const rounded = coordinates.map((ring) =>
    ring.map(([longitude, latitude]): [number, number] => [
      Math.round(longitude * steps) / steps,
      Math.round(latitude * steps) / steps,
    ]),
  );
  const areas = [coordinates, rounded].map((rings) => geoArea({ type: "Polygon", coordinates: rings }));
  return areas.every((area) => area < hemisphere && area * squareDegreesPerSteradian > smallestIslet[resolution]);
}
