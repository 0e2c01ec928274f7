// Counts the files that backfill could not read, and ends it when NDBC should be left alone.

import { type NotDataError, UpstreamError } from "../../ndbc/errors.ts";

/** One file may be broken; so many in a row mean that NDBC is, and is left alone until the next try. */
const maxFailuresInARow = 5;

/** Counts requests for files that failed. */
export type Failures = {
  /** The next failure is the first in a row. */
  served(): void;
  /** @throws {unknown} the error, when NDBC should be left alone */
  failed(error: NotDataError | UpstreamError): void;
  /** @throws {Error} when any file failed */
  throwIfAny(): void;
};

/** Begins to count. */
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
