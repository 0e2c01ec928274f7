// The seed of random input, and the settings of property tests.

/** Seed of the random input. It differs in each run; `HOSTILE_SEED=… bun test tests/hostile` repeats one. */
const seed = Number(process.env.HOSTILE_SEED ?? Math.floor(Math.random() * 2 ** 31));

console.info(`hostile input of this run: HOSTILE_SEED=${seed}`);

/** Returns the settings of a property test with this many inputs. */
export function inputs(numRuns: number): { seed: number; numRuns: number } {
  return { seed, numRuns };
}
