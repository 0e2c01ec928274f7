// Delays between attempts to connect.

import type { Clock } from "../../shared/clock.ts";
import * as problemWords from "../words/english/problems.ts";
import { fill } from "../words/message.ts";
import { ConnectionError, RefusedError, UnreachableError } from "./answers.ts";

/** Why the page is disconnected, and when it retries, of {@link Clock.monotonicMs}; `null`: never. */
export type Setback = { kind: "reconnecting" | "refused" | "crowded"; reason: string; retryAtMs: number | null };

/** Attempts to connect, with growing delays. */
export type Retry = {
  /**
   * Calls `act` after the delay that the server asks for, one minute at most, or after twice the last one.
   * @returns the state to show
   */
  after(error: unknown, act: () => void): Setback;
  /** Resets to the shortest delay. */
  reset(): void;
  cancel(): void;
};

const firstRetryMs = 1_000;
const longestRetryMs = 30_000;
/** Some maintenance pages ask for an hour, or for a date in the past. */
const longestAskedMs = 60_000;

/**
 * Creates the delays. Each gets up to 25 % random jitter, so that pages do not reconnect at the same time.
 * @param server its URL, to name the cause of a failure
 */
export function createRetry(server: string, clock: Clock): Retry {
  let attempt = 0;
  let cancel: (() => void) | undefined;
  return {
    after(error, act) {
      const askedMs = error instanceof RefusedError ? (error.retryAfterMs ?? 0) : 0;
      const isAsked = askedMs >= firstRetryMs;
      const ms = isAsked ? askedMs : Math.min(firstRetryMs * 2 ** attempt, longestRetryMs);
      const jitteredMs = ms * (1 + Math.random() / 4);
      const waitMs = isAsked ? Math.min(jitteredMs, longestAskedMs) : jitteredMs;
      attempt++;
      cancel = clock.after(waitMs, act);
      const kind = error instanceof RefusedError ? "refused" : "reconnecting";
      return { kind, reason: describe(error, server), retryAtMs: clock.monotonicMs() + waitMs };
    },
    reset() {
      attempt = 0;
    },
    cancel: () => cancel?.(),
  };
}

/** Describes an error to the user. Only a failed connection blames the server. */
function describe(error: unknown, server: string): string {
  if (error instanceof UnreachableError) {
    if (navigator.onLine === false) return problemWords.offline;
    if (server.startsWith("http:") && globalThis.location?.protocol === "https:") return problemWords.insecureServer;
  }
  if (error instanceof ConnectionError) return error.message;
  return fill(problemWords.pageFault, { error: String(error) });
}
