// Rules for the sea over many stations, which server and page share.

/** A value or station that is older than this, in ms, says nothing of the sea's present state. */
export const staleAfterMs = 3 * 60 * 60_000;

/** A value with the time when it was measured. */
type Timed = { value: number; atMs: number };

/**
 * Returns whether a station's wind has the direction that was measured: a calm (0 m/s) of the same time or later has none,
 * though some stations report one of 0° with it.
 */
export function hasDirection(direction: Timed, windSpeed: Timed | undefined): boolean {
  return windSpeed === undefined || windSpeed.value !== 0 || windSpeed.atMs < direction.atMs;
}

/** Returns the median; of an even count, the mean of the two in the middle. `null` without values. */
export function median(values: number[]): number | null {
  const sorted = Float64Array.from(values).sort();
  const [below, above] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return below === undefined || above === undefined ? null : (below + above) / 2;
}

/**
 * Returns the direction of the sum of unit vectors, in degrees: 350° and 10° are 0° together, not 180°. `null` where they
 * cancel each other out, and without values.
 */
export function meanDirection(degrees: number[]): number | null {
  let east = 0;
  let north = 0;
  for (const degree of degrees) {
    east += Math.sin((degree * Math.PI) / 180);
    north += Math.cos((degree * Math.PI) / 180);
  }
  if (Math.hypot(east, north) < 1e-6) return null;
  return ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360;
}
