// The time limit of requests.

import type { Clock } from "../clock.ts";
import { ConnectionError } from "./errors.ts";

/** Time limit for an answer. */
export const requestMs = 20_000;

/** Returns a signal that aborts when one of `signals` does, or after {@link requestMs}. */
export function deadline(clock: Clock, ...signals: AbortSignal[]): AbortSignal {
  // Not AbortSignal.any: Safari has it since 17.4 only.
  const request = new AbortController();
  const cancel = clock.after(requestMs, () => request.abort(overdue()));
  for (const signal of signals) {
    const abort = () => {
      cancel();
      request.abort(signal.reason);
    };
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { signal: request.signal });
  }
  return request.signal;
}

/** Returns the error of a request that timed out. */
export function overdue(): ConnectionError {
  return new ConnectionError("overdue");
}
