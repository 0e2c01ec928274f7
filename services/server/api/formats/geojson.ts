// GeoJSON output.
import type { Position } from "../../store/filter.ts";

/** Station positions, by station id. */
export type Positions = ReadonlyMap<string, Position>;

/** Encodes a station as a GeoJSON feature (RFC 7946). @param properties as JSON text */
export function encodeFeature(stationId: string, position: Position, properties: string): string {
  const geometry =
    position === null ? "null" : `{"type":"Point","coordinates":[${position.longitude},${position.latitude}]}`;
  return `{"type":"Feature","id":"${stationId}","geometry":${geometry},"properties":${properties}}`;
}

/** Encodes a GeoJSON collection. @param others further members, as `"name":value,` */
export function encodeCollection(features: string[], others = ""): string {
  return `{"type":"FeatureCollection",${others}"features":[${features.join(",")}]}`;
}
