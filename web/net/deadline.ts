import type { Clock } from "../../shared/clock.ts";

/** What has not answered by then will not. */
export const requestMs = 20_000;

/** Returns a signal that aborts as `signals` do, or when a request has waited {@link requestMs} for its answer. */
export function deadline(clock: Clock, ...signals: AbortSignal[]): AbortSignal {
  const tooLong = new AbortController();
  clock.after(requestMs, () => tooLong.abort(overdue()));
  return AbortSignal.any([tooLong.signal, ...signals]);
}

/** Returns why a request was aborted that waited for too long. */
export function overdue(): Error {
  return new Error("the server does not answer");
}
