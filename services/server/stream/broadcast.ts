// Writes to all open streams.

import { type Clock, systemClock, waitAtMost } from "../../../shared/clock.ts";
import { type Frame, resetBlock, retryLine } from "./frames.ts";
import { createHandOut } from "./hand-out.ts";
import { createHeartbeats, heartbeatCheckMs } from "./heartbeats.ts";
import { createListeners, type Listener, type StreamEnd } from "./listeners.ts";
import type { PositionCache } from "./position-cache.ts";

/** Every open stream, and the way to write to all of them. */
export type Broadcast = {
  /** How many streams are open. */
  readonly size: number;
  /** Bytes of live events that were handed to streams, each stream counted. */
  readonly sentBytes: number;
  /** Returns how many of them an address has opened. */
  sizeOf(address: string): number;
  /** Counts a stream as open. It gets nothing before it {@link goLive | goes live}. */
  open(listener: Listener): void;
  /** From here on the listener gets each event: the first is the next one to be {@link send | sent}. */
  goLive(listener: Listener): void;
  /** Forgets a stream that is gone. */
  close(listener: Listener): void;
  /** Sends to all that are live. What is sent in one turn of the event loop goes out as one write a listener. */
  send(frame: Frame): void;
  /**
   * Ends all streams, each with a reset as its last event. A stream that is not live yet ends without one: it gets its
   * reset when it resumes.
   */
  resetAll(reason: string, lastEventId: bigint): void;
  /** Tells all when to come back, ends them, and the heartbeat. */
  stop(): Promise<void>;
};

/** How long a server waits for the last words of a stream to be taken. */
const farewellMs = 500;

/**
 * Makes the registry of open streams and the way to write to all of them.
 * @param positions asked only while somebody filters by place
 * @param lastEventId the id of the newest event that was {@link Broadcast.send | sent}
 * @param flushed called with what went to all streams in one go, and how many seconds the first of it had waited
 */
export function createBroadcast(
  positions: PositionCache,
  lastEventId: () => bigint,
  flushed: (frames: Frame[], seconds: number) => void,
  clock: Clock = systemClock,
): Broadcast {
  const listeners = createListeners();
  const heartbeats = createHeartbeats(listeners, lastEventId, () => handOut.isPlacing, clock);
  const handOut = createHandOut(listeners, positions, heartbeats.wholeSent, flushed, clock);

  /** Ends streams once they have taken what was sent to them, or have had time to. */
  async function endAll(list: Listener[], code: StreamEnd): Promise<void> {
    await waitAtMost(Promise.all(list.map(({ outbox }) => outbox.drained())), farewellMs, clock);
    for (const listener of list) listener.end(code);
  }

  const stopHeartbeats = clock.every(heartbeatCheckMs, () => {
    handOut.flush();
    heartbeats.check();
  });
  return {
    get size() {
      return listeners.all.size;
    },
    get sentBytes() {
      return handOut.sentBytes;
    },
    sizeOf: listeners.sizeOf,
    open: listeners.add,
    goLive(listener) {
      // What it missed may have been too much for it just now.
      if (!listeners.all.has(listener)) return;
      // What waits was sent before this listener came.
      handOut.flush();
      if (lastEventId() > listener.after) listener.after = lastEventId();
      listeners.goLive(listener, lastEventId());
    },
    close(listener) {
      if (listeners.remove(listener)) listener.outbox.close();
    },
    send: handOut.send,
    resetAll(reason, lastEventId) {
      handOut.flush();
      const all = [...listeners.all];
      const reset = all.filter(listeners.isLive);
      for (const listener of all) if (!listeners.isLive(listener)) listener.end("database_set_back");
      listeners.halt();
      const bytes = resetBlock(reason, lastEventId);
      for (const { outbox } of reset) outbox.send(bytes);
      void endAll(reset, "database_set_back");
    },
    async stop() {
      stopHeartbeats();
      handOut.flush();
      for (const { outbox } of listeners.all) outbox.send(retryLine());
      await endAll([...listeners.all], "server_stopping");
    },
  };
}
