// GeoJSON output.

import { attribution } from "../../http/attribution.ts";
import type { Position } from "../../store/filter.ts";

/** Station positions, by station id. */
export type Positions = ReadonlyMap<string, Position>;

/** The member that names the sources of the data: a foreign member (RFC 7946, section 6.1). */
export const attributionMember = `"attribution":${JSON.stringify(attribution)},`;

/**
 * Encodes a station as a GeoJSON feature (RFC 7946).
 * @param properties as JSON text
 * @param others further members, as `"name":value,`
 */
export function encodeFeature(stationId: string, position: Position, properties: string, others = ""): string {
  const geometry =
    position === null ? "null" : `{"type":"Point","coordinates":[${position.longitude},${position.latitude}]}`;
  return `{"type":"Feature",${others}"id":"${stationId}","geometry":${geometry},"properties":${properties}}`;
}

/** Encodes a GeoJSON collection that names the sources of its data. @param others further members, as `"name":value,` */
export function encodeCollection(features: string[], others = ""): string {
  return `{"type":"FeatureCollection",${attributionMember}${others}"features":[${features.join(",")}]}`;
}
