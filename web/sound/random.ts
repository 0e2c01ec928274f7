// The seeded random number generator.

/** Makes an independent generator, seeded by the next number of another one. */
export function deriveRandom(random: () => number): () => number {
  return createRandom(random() * 2 ** 32);
}

/**
 * Makes a seeded generator (mulberry32) of numbers from 0 (inclusive) to 1 (exclusive). All randomness of the sound
 * comes from it, so the same seed gives the same sound.
 */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
