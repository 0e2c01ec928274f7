// Runs contestants in turns, and computes medians.

/** Figures of one turn of a contestant, by name with unit. */
export type Measured = Record<string, number>;

/**
 * Runs contestants in turns, so that a slow phase of the machine affects all of them.
 * @param contestants each measures once, and always returns the same names
 * @returns the medians of each contestant
 */
export async function interleave<Name extends string, M extends Measured>(
  contestants: Record<Name, () => Promise<M>>,
  rounds: number,
): Promise<Record<Name, M>> {
  const names = Object.keys(contestants) as Name[];
  const measured = new Map<Name, M[]>(names.map((name) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const name of names) {
      process.stderr.write(`  round ${round} of ${rounds}: ${name}\n`);
      measured.get(name)?.push(await contestants[name]());
    }
  }
  return Object.fromEntries(names.map((name) => [name, medians(measured.get(name) ?? [])])) as Record<Name, M>;
}

/** Returns the median of each figure over several turns. */
export function medians<M extends Measured>(turns: M[]): M {
  const names = Object.keys(turns[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(turns.map((turn) => turn[name] ?? Number.NaN))])) as M;
}

/** Returns the quantile of a share, 0 to 1. @param sorted ascending */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}
