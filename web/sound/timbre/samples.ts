// The sample type, and linear fades.

/** Samples of one channel, -1..1. */
export type Samples = Float32Array<ArrayBuffer>;

/** Fades the first `length` samples in, linearly and in place. */
export function fadeIn(samples: Samples, length: number): void {
  for (let index = 0; index < length; index++) samples[index] = ((samples[index] ?? 0) * index) / length;
}

/** Fades the last `length` samples out, linearly and in place. */
export function fadeOut(samples: Samples, length: number): void {
  for (let left = 0; left < length; left++) {
    const index = samples.length - 1 - left;
    samples[index] = ((samples[index] ?? 0) * left) / length;
  }
}
