// Signs of life of quiet streams, and the end of those that take nothing.

import type { Clock } from "../../../shared/clock.ts";
import { maxStalledMs } from "../http/limits.ts";
import { heartbeatComment, heartbeatEvent } from "./frames.ts";
import type { Listener, Listeners } from "./listeners.ts";

/** A stream gets a heartbeat once it was quiet for this long, as of the next check: 15 s is the most that is allowed. */
const quietMs = 10_000;
/** How far apart checks are. */
export const heartbeatCheckMs = 4_000;
/** Keeps quiet streams alive. */
export type Heartbeats = {
  /** Ends streams that are too slow, and sends a heartbeat to those that were quiet; called every {@link heartbeatCheckMs}. */
  check(): void;
  /** Notes that streams without a filter are about to get bytes. */
  wholeSent(): void;
};

/**
 * Makes the heartbeats.
 * @param lastEventId the id of the newest event that was sent
 * @param isPlacing whether events wait for the stations' positions
 */
export function createHeartbeats(
  listeners: Listeners,
  lastEventId: () => bigint,
  isPlacing: () => boolean,
  clock: Clock,
): Heartbeats {
  let wholeSentAt = clock.monotonicMs();
  /** When all others got a heartbeat last; how many bytes they get between two is different for each. */
  let othersSentAt = clock.monotonicMs();

  function sendToOther(listener: Listener): void {
    const { outbox, after } = listener;
    const knowsPosition = listeners.filtered.has(listener) || (listeners.placed.has(listener) && !isPlacing());
    let position = lastEventId();
    if (position < after) position = after;
    // One that waits for the database must not skip the events that wait with it.
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
