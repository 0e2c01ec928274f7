// Calculations over many stations that server and page share.

import { compassDegrees } from "./numbers.ts";

/** Max age of a value or station, in minutes. Older ones do not count for the current sea state. */
export const staleAfterMin = 180;
/** The same in ms. */
export const staleAfterMs = staleAfterMin * 60_000;

/** Scale of water temperatures, in °C, for colours and bells: from where sea water freezes to the warmest seas. */
export const waterScaleC = [-2, 34] as const;

/** A value with the time when it was measured. */
type Timed = { value: number; atMs: number };

/**
 * Returns whether a wind direction is valid. In a calm (0 m/s) of the same time or later it is not, though some stations
 * report 0° then.
 */
export function hasDirection(direction: Timed, windSpeed: Timed | undefined): boolean {
  return windSpeed === undefined || windSpeed.value !== 0 || windSpeed.atMs < direction.atMs;
}

/** Returns the median; for an even count, the mean of the two middle values. `null` without values. */
export function median(values: number[]): number | null {
  const sorted = Float64Array.from(values).sort();
  const [below, above] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return below === undefined || above === undefined ? null : (below + above) / 2;
}

/**
 * Returns the direction of the sum of unit vectors, in degrees: the mean of 350° and 10° is 0°, not 180°. `null` if the
 * vectors cancel each other out, or without values.
 */
export function meanDirection(degrees: number[]): number | null {
  let east = 0;
  let north = 0;
  for (const degree of degrees) {
    east += Math.sin((degree * Math.PI) / 180);
    north += Math.cos((degree * Math.PI) / 180);
  }
  if (Math.hypot(east, north) < 1e-6) return null;
  return compassDegrees((Math.atan2(east, north) * 180) / Math.PI);
}
