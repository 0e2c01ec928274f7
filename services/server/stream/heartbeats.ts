// Heartbeats of quiet streams, and the end of streams that do not read.

import type { Clock } from "../../../shared/clock.ts";
import { maxStalledMs, quietMs } from "../http/limits.ts";
import { heartbeatComment, heartbeatEvent } from "./frames.ts";
import type { Listener, Listeners } from "./listeners.ts";

/** Sends heartbeats to quiet streams. */
type Heartbeats = {
  /** Ends streams that are too slow and sends heartbeats to quiet ones. Call it every `heartbeatCheckMs`. */
  check(): void;
  /** Notes that streams without a filter are about to get bytes. */
  wholeSent(): void;
};

/**
 * Creates the heartbeats.
 * @param lastEventId returns the id of the newest event that was sent
 * @param isPlacing returns whether events wait for station positions
 */
export function createHeartbeats(
  listeners: Listeners,
  lastEventId: () => bigint,
  isPlacing: () => boolean,
  clock: Clock,
): Heartbeats {
  let wholeSentAt = clock.monotonicMs();
  /** Time of the last heartbeat to all other streams. Their traffic differs, so they share a fixed interval. */
  let othersSentAt = clock.monotonicMs();

  function sendToOther(listener: Listener): void {
    const { outbox, after } = listener;
    const knowsPosition = listeners.filtered.has(listener) || (listeners.placed.has(listener) && !isPlacing());
    let position = lastEventId();
    if (position < after) position = after;
    // A stream that waits for positions must not skip its pending events.
    if (!knowsPosition) outbox.send(heartbeatComment);
    else outbox.send(heartbeatEvent(position));
  }

  return {
    check() {
      for (const listener of listeners.all) {
        if (listener.outbox.stalledMs() > maxStalledMs) listener.end("too_slow");
      }
      const now = clock.monotonicMs();
      if (now - wholeSentAt >= quietMs) {
        wholeSentAt = now;
        for (const { outbox } of listeners.whole) outbox.send(heartbeatComment);
      }
      if (now - othersSentAt < quietMs) return;
      othersSentAt = now;
      for (const listener of listeners.all) if (!listeners.whole.has(listener)) sendToOther(listener);
    },
    wholeSent() {
      wholeSentAt = clock.monotonicMs();
    },
  };
}
