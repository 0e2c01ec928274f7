// Draws random numbers that depend only on a seed and a name.

/**
 * Draws a number in [0, 1) that depends only on its arguments. The simulation has no other source of randomness, so the same
 * seed gives the same sea.
 * @param what names the value to draw, for example `46026/gust/7`
 */
export function randomOf(seed: number, what: string): number {
  return Bun.hash.xxHash32(what, seed) / 2 ** 32;
}

/** Draws a number between `min` and `max` with {@link randomOf}. */
export function randomBetween(seed: number, what: string, [min, max]: readonly [number, number]): number {
  return min + (max - min) * randomOf(seed, what);
}

/**
 * Returns smooth noise from -1 to 1: an independent value at each whole `x`, interpolated in between.
 * @param x time divided by the duration of one value
 */
export function smoothNoise(seed: number, what: string, x: number): number {
  const before = Math.floor(x);
  const part = x - before;
  const blend = part * part * (3 - 2 * part);
  const from = randomOf(seed, `${what}/${before}`);
  const to = randomOf(seed, `${what}/${before + 1}`);
  return 2 * (from + (to - from) * blend) - 1;
}
