// The time limit of requests.

import type { Clock } from "../../shared/clock.ts";
import * as problemWords from "../words/english/problems.ts";

/** Time limit for an answer. */
export const requestMs = 20_000;

/** Returns a signal that aborts when one of `signals` does, or after {@link requestMs}. */
export function deadline(clock: Clock, ...signals: AbortSignal[]): AbortSignal {
  const tooLong = new AbortController();
  clock.after(requestMs, () => tooLong.abort(overdue()));
  return AbortSignal.any([tooLong.signal, ...signals]);
}

/** Returns the error of a request that timed out. */
export function overdue(): Error {
  return new Error(problemWords.silent);
}
