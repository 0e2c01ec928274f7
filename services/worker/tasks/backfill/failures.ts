// Counts files that backfill could not read, and stops it after too many failures.

import { type NotDataError, UpstreamError } from "../../ndbc/errors.ts";

/** Max consecutive failures. One file may be broken, but five in a row mean that NDBC is down, so backfill stops. */
const maxFailuresInARow = 5;

/** Counts requests for files that failed. */
export type Failures = {
  /** Counts a success, which ends a series of failures. */
  served(): void;
  /** Counts a failure. @throws {unknown} the error, when backfill must stop */
  failed(error: NotDataError | UpstreamError): void;
  /** Checks the counts at the end. @throws {Error} when any file failed */
  throwIfAny(): void;
};

/** Creates the counters of one backfill run. */
export function countFailures(): Failures {
  let files = 0;
  let failed = 0;
  let inARow = 0;
  return {
    served() {
      files += 1;
      inARow = 0;
    },
    failed(error) {
      files += 1;
      failed += 1;
      inARow += 1;
      const isSentAway = error instanceof UpstreamError && error.retryAfterSeconds !== null;
      if (isSentAway || inARow === maxFailuresInARow) throw error;
    },
    throwIfAny() {
      if (failed > 0) throw new Error(`${failed} of ${files} files could not be read`);
    },
  };
}
