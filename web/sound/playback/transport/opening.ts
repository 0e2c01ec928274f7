// The start of an audio context.

import type { Clock } from "../../../../shared/clock.ts";

/** Time limit for the context to start; after it the browser waits for a user gesture. */
const maxOpeningMs = 1_000;

/**
 * Tracks the start of the context. It takes a moment, during which the state stays the same and is not `interrupted`.
 */
export function createOpening(onTimeout: () => void, clock: Clock) {
  let lasts = false;
  let cancel: (() => void) | undefined;
  return {
    get lasts() {
      return lasts;
    },
    begin(): void {
      lasts = true;
      cancel?.();
      cancel = clock.after(maxOpeningMs, () => {
        lasts = false;
        onTimeout();
      });
    },
    end(): void {
      lasts = false;
    },
  };
}
