// Delays between attempts to connect.

import type { Clock } from "../clock.ts";
import { RefusedError } from "./answers.ts";

/** Why the client is disconnected, and when it retries, of {@link Clock.monotonicMs}; `null`: never. */
export type Setback = { kind: "reconnecting" | "refused"; reason: string; retryAtMs: number | null };

/** Attempts to connect, with growing delays. */
export type Retry = {
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
 * @param maxAskedMs upper bound for a delay that the server asks for
 */
export function createRetry(clock: Clock, maxAskedMs: number): Retry {
  let attempt = 0;
  let cancel: (() => void) | undefined;
  return {
    after(error, act) {
      const isRefused = error instanceof RefusedError;
      const askedMs = isRefused && error.retryAfterMs !== null ? Math.min(error.retryAfterMs, maxAskedMs) : null;
      const waitMs = (askedMs ?? Math.min(firstRetryMs * 2 ** attempt, longestRetryMs)) * (1 + Math.random() / 4);
      attempt++;
      cancel = clock.after(waitMs, act);
      const reason = error instanceof Error ? error.message : String(error);
      return { kind: isRefused ? "refused" : "reconnecting", reason, retryAtMs: clock.monotonicMs() + waitMs };
    },
    reset() {
      attempt = 0;
    },
    cancel: () => cancel?.(),
  };
}
