// Samples, and fades of them.

/** One channel of sound, -1..1. */
export type Samples = Float32Array<ArrayBuffer>;

/** Lets the first samples rise from silence, in a straight line. */
export function fadeIn(samples: Samples, length: number): void {
  for (let index = 0; index < length; index++) samples[index] = ((samples[index] ?? 0) * index) / length;
}

/** Lets the last samples fall to silence, in a straight line. */
export function fadeOut(samples: Samples, length: number): void {
  for (let left = 0; left < length; left++) {
    const index = samples.length - 1 - left;
    samples[index] = ((samples[index] ?? 0) * left) / length;
  }
}
