/** What hostile input is made of. Another one for each run; `HOSTILE_SEED=… bun test tests/hostile` repeats one. */
const seed = Number(process.env.HOSTILE_SEED ?? Math.floor(Math.random() * 2 ** 31));

console.info(`hostile input of this run: HOSTILE_SEED=${seed}`);

/** Parameters of a property that is to hold for so many inputs. */
export function inputs(numRuns: number): { seed: number; numRuns: number } {
  return { seed, numRuns };
}
