// Delays between attempts to connect.

import type { Clock } from "../clock.ts";
import { RefusedError } from "./errors.ts";

/** Why the client is disconnected, and when it retries, of {@link Clock.monotonicMs}. */
export type Setback = {
  kind: "reconnecting" | "refused";
  /** A `ConnectionError` has a `code`; any other error is a fault of the program. */
  error: Error;
  retryAtMs: number;
};

/** Attempts to connect, with growing delays. */
type Retry = {
  /** Calls `act` after the delay that the server asks for, or after twice the last one. @returns the state to show */
  after(error: unknown, act: () => void): Setback;
  /** Resets to the shortest delay. */
  reset(): void;
  cancel(): void;
};

const firstRetryMs = 1_000;
const longestRetryMs = 30_000;

/**
 * Creates the delays. Each gets up to 25 % random jitter, so that clients do not reconnect at the same time.
 * @param maxAskedMs upper bound for a delay that the server asks for: some maintenance pages ask for days
 */
export function createRetry(clock: Clock, maxAskedMs: number): Retry {
  let attempt = 0;
  let cancel: (() => void) | undefined;
  return {
    after(error, act) {
      const isRefused = error instanceof RefusedError;
      const askedMs = isRefused ? (error.retryAfterMs ?? 0) : 0;
      // A delay of zero, or a date in the past, is no reason to retry without a pause.
      const isAsked = askedMs >= firstRetryMs;
      const ms = isAsked ? askedMs : Math.min(firstRetryMs * 2 ** attempt, longestRetryMs);
      const jitteredMs = ms * (1 + Math.random() / 4);
      const waitMs = isAsked ? Math.min(jitteredMs, maxAskedMs) : jitteredMs;
      attempt++;
      cancel = clock.after(waitMs, act);
      return {
        kind: isRefused ? "refused" : "reconnecting",
        error: error instanceof Error ? error : new Error(String(error)),
        retryAtMs: clock.monotonicMs() + waitMs,
      };
    },
    reset() {
      attempt = 0;
    },
    cancel: () => cancel?.(),
  };
}
