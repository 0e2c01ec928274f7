// The bounding box of places.

import type { BoundingBox } from "../../shared/client/answers.ts";

type Place = { longitude: number; latitude: number };

/**
 * Returns the smallest box around places. It has whole degrees, so that a small move of the map needs no new request,
 * and crosses the date line if that is shorter. `null` without places.
 */
export function boxAround(places: readonly Place[]): BoundingBox | null {
  if (places.length === 0) return null;
  const latitudes = places.map(({ latitude }) => latitude);
  const [west, east] = arcAround(places.map(({ longitude }) => longitude));
  return [Math.floor(west), Math.floor(Math.min(...latitudes)), Math.ceil(east), Math.ceil(Math.max(...latitudes))];
}

/** Returns the circle of longitudes without its widest gap. */
function arcAround(longitudes: readonly number[]): [west: number, east: number] {
  const sorted = [...longitudes].sort((a, b) => a - b);
  const first = sorted[0] ?? 0;
  let [west, east, widest] = [first, sorted.at(-1) ?? 0, 0];
  for (const [index, longitude] of sorted.entries()) {
    const next = sorted[index + 1];
    const gap = (next ?? first + 360) - longitude;
    if (gap <= widest) continue;
    widest = gap;
    [west, east] = [next ?? first, longitude];
  }
  return [west, east];
}
