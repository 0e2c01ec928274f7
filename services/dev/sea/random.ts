// Chance that depends on a seed alone.

/**
 * Draws a number in [0, 1) that depends on nothing but its arguments: the sea's only source of chance, so that the same seed
 * gives the same sea.
 * @param what names the thing that is drawn, like `46026/gust/7`
 */
export function randomOf(seed: number, what: string): number {
  return Bun.hash.xxHash32(what, seed) / 2 ** 32;
}

/** Draws a number between `least` and `most`, drawn as by {@link randomOf}. */
export function randomBetween(seed: number, what: string, [least, most]: readonly [number, number]): number {
  return least + (most - least) * randomOf(seed, what);
}

/**
 * Returns noise without jumps: from -1 to 1, another independent value at each whole `x`, a smooth way between them.
 * @param x time in units of how long one value lasts
 */
export function smoothNoise(seed: number, what: string, x: number): number {
  const before = Math.floor(x);
  const part = x - before;
  const blend = part * part * (3 - 2 * part);
  const from = randomOf(seed, `${what}/${before}`);
  const to = randomOf(seed, `${what}/${before + 1}`);
  return 2 * (from + (to - from) * blend) - 1;
}
