import { tryAgain } from "../http/problem.ts";

/** Runs `work` when all that was given before is done. Rejects with a {@link ProblemError} 503 where too much waits. */
export type OneAtATime = <T>(work: () => Promise<T>) => Promise<T>;

/** When to try again where too much waits. */
const busySeconds = 10;

/**
 * Lets work that is long wait for its turn, so that whoever asks for much of it keeps no more than one connection of the
 * database busy.
 * @param mostWaiting how much may wait or be under way
 */
export function createOneAtATime(mostWaiting: number): OneAtATime {
  let waiting = 0;
  let before: Promise<unknown> = Promise.resolve();
  return async (work) => {
    if (waiting >= mostWaiting) throw tryAgain(503, "too many other questions wait for an answer", busySeconds);
    waiting += 1;
    const mine = before.then(work);
    before = mine.catch(() => {});
    try {
      return await mine;
    } finally {
      waiting -= 1;
    }
  };
}
