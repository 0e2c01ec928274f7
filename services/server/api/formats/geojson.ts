import type { Position } from "../../store/filter.ts";

/** Where each station lies. */
export type Positions = ReadonlyMap<string, Position>;

/** A station's place with something that is known of it, as a GeoJSON feature (RFC 7946). @param properties as JSON */
export function encodeFeature(stationId: string, position: Position, properties: string): string {
  const geometry =
    position === null ? "null" : `{"type":"Point","coordinates":[${position.longitude},${position.latitude}]}`;
  return `{"type":"Feature","id":"${stationId}","geometry":${geometry},"properties":${properties}}`;
}

/** Features as a collection. @param others further members, as `"name":value,` */
export function encodeCollection(features: string[], others = ""): string {
  return `{"type":"FeatureCollection",${others}"features":[${features.join(",")}]}`;
}
