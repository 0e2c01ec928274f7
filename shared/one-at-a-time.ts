// Shares what is under way among its callers.

/** Wraps a function so that it never runs twice at once: a call while it runs gets the result of that run. */
export function oneAtATime<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  return () => {
    running ??= run().finally(() => {
      running = null;
    });
    return running;
  };
}
