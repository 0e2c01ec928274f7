// The time limit of requests.

import type { Clock } from "../../shared/clock.ts";
import * as problemWords from "../words/english/problems.ts";
import { ConnectionError } from "./answers.ts";

/** Time limit for an answer. */
export const requestMs = 20_000;

/**
 * Returns a signal that aborts when `signal` does, or after {@link requestMs}. `AbortSignal.any` would need Safari 17.4.
 */
export function deadline(clock: Clock, signal?: AbortSignal): AbortSignal {
  const request = new AbortController();
  const follow = () => request.abort(signal?.reason);
  clock.after(requestMs, () => request.abort(overdue()));
  if (signal?.aborted) follow();
  else signal?.addEventListener("abort", follow, { signal: request.signal });
  return request.signal;
}

/** Returns the error of a request that timed out. */
export function overdue(): Error {
  return new ConnectionError(problemWords.silent);
}
