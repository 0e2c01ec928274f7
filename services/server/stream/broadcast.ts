// Writes events to all open streams.

import { type Clock, systemClock, waitAtMost } from "../../../shared/clock.ts";
import { heartbeatCheckMs } from "../http/limits.ts";
import { type Frame, resetBlock, retryLine } from "./frames.ts";
import { createHandOut } from "./hand-out.ts";
import { createHeartbeats } from "./heartbeats.ts";
import { createListeners, type Listener, type StreamEnd } from "./listeners.ts";
import type { PositionCache } from "./position-cache.ts";

/** Registry of open streams, and the functions that write to them. */
export type Broadcast = {
  /** Number of open streams. */
  readonly size: number;
  /** Bytes of live events written, summed over all streams. */
  readonly sentBytes: number;
  /** Returns the number of open streams of an address, or of the /56 network of IPv6 addresses. */
  sizeOf(address: string): number;
  /**
   * Registers an open stream. It gets no events until it {@link goLive
   * goes live}.
   */
  open(listener: Listener): void;
  /**
   * Makes a stream live: it gets each event that is {@link send
   * sent} from now on.
   */
  goLive(listener: Listener): void;
  /** Removes a closed stream. */
  close(listener: Listener): void;
  /** Sends an event to all live streams. Events of one event loop turn are joined into one write per stream. */
  send(frame: Frame): void;
  /**
   * Ends all streams, each with a reset as its last event. A stream that is not live yet ends without one: it gets its
   * reset when it resumes.
   */
  resetAll(reason: string, lastEventId: bigint): void;
  /** Sends each client a reconnect delay, then ends all streams and stops the heartbeat. */
  stop(): Promise<void>;
};

/** Time that streams have to read their last bytes, in ms. */
const farewellMs = 500;

/**
 * Creates the registry of open streams and the functions that write to them.
 * @param positions used only while a stream has a `bbox`
 * @param lastEventId returns the id of the newest event that was {@link Broadcast.send
 * sent}
 * @param flushed called after each write to all streams, with its events and the seconds that the first event waited
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

  /** Ends streams after they have read everything that was sent, or after {@link farewellMs}. */
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
      // The replay may have overflowed the outbox, which closes the stream.
      if (!listeners.all.has(listener)) return;
      // Pending events are older than this stream.
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
