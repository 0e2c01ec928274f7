// The clock that modules use for time and timers. Tests pass a clock that they control.

/** Returns the time and runs timers. Modules with time-dependent tests take a clock as a parameter. */
export type Clock = {
  /** Returns this machine's time in ms since 1970. It jumps when the machine's clock is set. */
  now(): number;
  /** Returns ms since an arbitrary moment. It never goes back, even when the machine's clock is set. */
  monotonicMs(): number;
  /** Calls `act` once, after `milliseconds`. @returns a function that cancels the call */
  after(milliseconds: number, act: () => void): () => void;
  /** Calls `act` every `milliseconds`. @returns a function that stops the calls */
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
 * Resolves after `milliseconds` of this clock. Without a test clock, use Node's `timers/promises`.
 * @throws {unknown} the reason of `signal`, as soon as it is aborted
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

/** Resolves when `promise` does, or after `milliseconds`. @throws {unknown} the rejection of `promise` */
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

/** Resolves as `promise` does. @throws {unknown} its rejection, or an error after `milliseconds` without an answer */
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

/**
 * Settles as `promise` does, or rejects when `signal` aborts first.
 * @param left called at the abort
 * @throws {unknown} the rejection of `promise`, or the reason of `signal`
 */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal, left?: () => void): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => {
    left?.();
    reject(signal.reason);
  };
  signal.addEventListener("abort", abort, { once: true });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener("abort", abort));
}
