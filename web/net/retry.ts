// Delays between attempts to connect.

import type { Clock } from "../../shared/clock.ts";
import * as problemWords from "../words/english/problems.ts";
import { RefusedError } from "./answers.ts";

/** Why the page is disconnected, and when it retries, of {@link Clock.monotonicMs}; `null`: never. */
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

/** Creates the delays. Each gets up to 25 % random jitter, so that pages do not reconnect at the same time. */
export function createRetry(clock: Clock): Retry {
  let attempt = 0;
  let cancel: (() => void) | undefined;
  return {
    after(error, act) {
      const asked = error instanceof RefusedError ? error.retryAfterMs : null;
      const waitMs = (asked ?? Math.min(firstRetryMs * 2 ** attempt, longestRetryMs)) * (1 + Math.random() / 4);
      attempt++;
      cancel = clock.after(waitMs, act);
      const kind = error instanceof RefusedError ? "refused" : "reconnecting";
      return { kind, reason: describe(error), retryAtMs: clock.monotonicMs() + waitMs };
    },
    reset() {
      attempt = 0;
    },
    cancel: () => cancel?.(),
  };
}

/** Returns a uniform message for a failed fetch: browsers' own messages differ and say little. */
function describe(error: unknown): string {
  if (error instanceof TypeError) {
    return navigator.onLine === false ? problemWords.offline : problemWords.unreachable;
  }
  return error instanceof Error ? error.message : String(error);
}
