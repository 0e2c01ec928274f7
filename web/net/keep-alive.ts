// Opens and closes the page's stream when the page hides and shows, and when the machine sleeps and wakes.

import type { StreamClient } from "../../shared/client/stream-client.ts";
import type { Clock } from "../../shared/clock.ts";

/** The page's stream, kept alive. */
type KeptStream = {
  /** Connects at once if there is no connection. */
  tryNow(): void;
  /** Gives the connection up until the page is used again. */
  rest(): void;
};

const beatMs = 1_000;
/** Browsers run a background page at least once a minute. A longer gap means that the machine slept. */
const sleptMs = 90_000;
/** An idle page gives its stream up after this time. */
const idleMs = 60_000;

/**
 * Keeps the stream open while the page is in use, and connects at once after a sleep of the machine, a loss of the
 * network, or when the page is shown.
 * @param isIdle returns whether the page is hidden and makes no sound
 * @param signal ends it
 */
export function keepAlive(client: StreamClient, isIdle: () => boolean, signal: AbortSignal, clock: Clock): KeptStream {
  let isResting = false;
  let beatAtMs = clock.now();
  let usedAtMs = clock.monotonicMs();
  // A page in the back-forward cache must not hold one of the browser's few connections.
  addEventListener("pagehide", client.close, { signal });
  addEventListener("pageshow", client.open, { signal });
  addEventListener("online", client.retryNow, { signal });
  document.addEventListener(
    "visibilitychange",
    () => {
      if (!document.hidden) tryNow();
    },
    { signal },
  );
  signal.addEventListener("abort", clock.every(beatMs, beat));
  return { tryNow, rest };

  function beat(): void {
    // After a sleep of the machine, a dead connection looks open for minutes.
    const sleptOver = clock.now() - beatAtMs > sleptMs;
    beatAtMs = clock.now();
    if (sleptOver) client.retryNow();
    if (!isIdle()) {
      usedAtMs = clock.monotonicMs();
      wake();
    } else if (clock.monotonicMs() - usedAtMs >= idleMs) rest();
  }

  function tryNow(): void {
    if (isResting) wake();
    else if (!client.isOpen()) client.retryNow();
  }

  function rest(): void {
    isResting = true;
    client.close();
  }

  function wake(): void {
    if (isResting) client.open();
    isResting = false;
  }
}
