// Seeded random numbers.

/**
 * Makes a seeded source of numbers from 0 (inclusive) to 1 (exclusive): mulberry32. All that is random in the sound comes from
 * one of these, so that the same seed sounds the same again.
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
