import type { Clock } from "../../shared/clock.ts";
import { RefusedError } from "./answers.ts";

/** Why the page is not connected, and when it tries again, of {@link Clock.monotonicMs}; `null`: never. */
export type Setback = { kind: "reconnecting" | "refused"; reason: string; retryAtMs: number | null };

/** Attempts to connect, each later than the last. */
export type Retry = {
  /** Calls `act` once the wait is over: as long as the server asks, or else twice the last. @returns what the page is told */
  after(error: unknown, act: () => void): Setback;
  /** Begins again with the shortest wait. */
  reset(): void;
  cancel(): void;
};

const firstRetryMs = 1_000;
const longestRetryMs = 30_000;

/** Makes the waits between attempts to connect; each is up to a quarter longer by chance, so that pages come back apart. */
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

/** A browser's own words for a failed fetch differ and say little. */
function describe(error: unknown): string {
  if (error instanceof TypeError) {
    return navigator.onLine === false ? "this device is offline" : "the server cannot be reached";
  }
  return error instanceof Error ? error.message : String(error);
}
