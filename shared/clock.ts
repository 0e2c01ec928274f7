// The time as the parts of bellbuoy see it, so that a test can hand in one that it moves.

/** Tells the time and wakes its owner. Parts whose time a test moves take one. */
export type Clock = {
  /** Returns this machine's time in ms since 1970. It jumps when the machine's clock is set. */
  now(): number;
  /** Returns ms since an arbitrary moment. It only grows, however the machine's clock is set. */
  monotonicMs(): number;
  /** Calls `act` once, after so many ms. @returns a function that cancels the call */
  after(milliseconds: number, act: () => void): () => void;
  /** Calls `act` again and again, so many ms apart. @returns a function that ends the calls */
  every(milliseconds: number, act: () => void): () => void;
};

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(milliseconds, act) {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
  every(milliseconds, act) {
    const timer = setInterval(act, milliseconds);
    return () => clearInterval(timer);
  },
};

/**
 * Resolves after a while of this clock. Node's `timers/promises` would do where tests move no clock.
 * @throws {unknown} what `signal` was aborted with, at once
 */
export function pause(milliseconds: number, signal: AbortSignal, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const aborted = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.after(milliseconds, () => {
      signal.removeEventListener("abort", aborted);
      resolve();
    });
    signal.addEventListener("abort", aborted, { once: true });
  });
}

/** Resolves as `promise` does, or after so many ms without an answer. @throws {unknown} what `promise` rejects with */
export async function waitAtMost(
  promise: PromiseLike<unknown>,
  milliseconds: number,
  clock: Clock = systemClock,
): Promise<void> {
  const { promise: tooSlow, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(milliseconds, resolve);
  try {
    await Promise.race([promise, tooSlow]);
  } finally {
    cancel();
  }
}

/** Resolves as `promise` does. @throws {unknown} what it rejects with, or an error after so many ms without an answer */
export async function withDeadline<T>(
  promise: PromiseLike<T>,
  milliseconds: number,
  clock: Clock = systemClock,
): Promise<T> {
  const { promise: tooSlow, reject } = Promise.withResolvers<never>();
  const cancel = clock.after(milliseconds, () => reject(new Error(`no answer within ${milliseconds} ms`)));
  try {
    return await Promise.race([promise, tooSlow]);
  } finally {
    cancel();
  }
}
