// Opens and closes the page's stream when the page hides and shows, and when the machine sleeps and wakes.

import type { Clock } from "../../shared/clock.ts";
import type { Stream } from "./stream.ts";

const beatMs = 1_000;
/** Browsers run a background page at least once a minute. A longer gap means that the machine slept. */
const sleptMs = 90_000;
/** An idle page gives its stream up after this time. */
const idleMs = 60_000;

/**
 * Keeps the stream open while the page is in use, and connects at once after a sleep of the machine, a loss of the
 * network, or when the page is shown.
 * @param isIdle returns whether the page is hidden and makes no sound
 */
export function keepAlive(stream: Stream, isIdle: () => boolean, clock: Clock): void {
  let beatAtMs = clock.now();
  let usedAtMs = clock.monotonicMs();
  // A page in the back-forward cache must not hold one of the browser's few connections.
  addEventListener("pagehide", stream.close);
  addEventListener("pageshow", stream.open);
  addEventListener("online", stream.renew);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) stream.tryNow();
  });
  clock.every(beatMs, () => {
    // After a sleep of the machine, a dead connection looks open for minutes.
    const sleptOver = clock.now() - beatAtMs > sleptMs;
    beatAtMs = clock.now();
    if (sleptOver) stream.renew();
    if (!isIdle()) {
      usedAtMs = clock.monotonicMs();
      stream.wake();
    } else if (clock.monotonicMs() - usedAtMs >= idleMs) stream.rest();
  });
}
