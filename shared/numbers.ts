// Bounds of numbers and angles.

/** Returns a value limited to min and max. */
export function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

/** Returns an angle as a compass direction: 0 (inclusive) to 360 degrees. */
export function compassDegrees(degrees: number): number {
  return ((degrees % 360) + 360) % 360;
}

/** Returns an angle as a longitude: -180 (inclusive) to 180 degrees. */
export function longitudeDegrees(degrees: number): number {
  return compassDegrees(degrees + 180) - 180;
}
