// Lets concurrent callers share one run of an async function.

/** Wraps a function so that it never runs concurrently: a call during a run gets the result of that run. */
export function oneAtATime<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  return () => {
    running ??= run().finally(() => {
      running = null;
    });
    return running;
  };
}
