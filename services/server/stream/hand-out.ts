// Writes events to all live streams; those with a `bbox` wait for current station positions.

import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../../shared/clock.ts";
import { matches, type Position } from "../store/filter.ts";
import { encodeFrames, type Frame } from "./frames.ts";
import type { Listener, Listeners } from "./listeners.ts";
import type { PositionCache } from "./position-cache.ts";

/** Writes events to all live streams. */
type HandOut = {
  /** Bytes written, summed over all streams. */
  readonly sentBytes: number;
  /** Whether events wait for station positions, so that streams with a `bbox` are behind. */
  readonly isPlacing: boolean;
  /** Sends an event to all live streams. Events of one event loop turn are joined into one write per stream. */
  send(frame: Frame): void;
  /** Writes all pending events at once. */
  flush(): void;
};

/** Max listeners that one event loop turn writes to. */
const listenersPerTurn = 32;

/**
 * Creates the writer to all live streams.
 * @param whole called before each write to streams without a filter
 * @param flushed called after each write to all streams, with its events and the seconds that the first event waited
 */
export function createHandOut(
  listeners: Listeners,
  positions: PositionCache,
  whole: () => void,
  flushed: (frames: Frame[], seconds: number) => void,
  clock: Clock,
): HandOut {
  const placed = createPlacedHandOut(listeners, positions);
  let pending: Frame[] = [];
  let pendingSince = 0;
  /** The write in progress; `null` when all listeners have all events. */
  let underWay: Generator<void> | null = null;
  let sentBytes = 0;

  /**
   * Writes pending events to the listeners and yields after every {@link listenersPerTurn}. Bun flushes sockets at the
   * end of an event loop turn, so the first listeners do not wait for the last. Events that arrive meanwhile are joined
   * into one more write.
   */
  function* handOut(): Generator<void> {
    while (pending.length > 0) {
      const frames = pending;
      const since = pendingSince;
      pending = [];
      whole();
      const bytes = encodeFrames(frames);
      let handed = 0;
      for (const { outbox } of listeners.whole) {
        outbox.send(bytes);
        sentBytes += bytes.byteLength;
        handed += 1;
        if (handed % listenersPerTurn === 0) yield;
      }
      const shared = listeners.filtered.size === 0 ? [] : share(frames, positions);
      for (const listener of listeners.filtered) {
        sentBytes += sendWanted(listener, shared);
        handed += 1;
        if (handed % listenersPerTurn === 0) yield;
      }
      placed.add(frames);
      flushed(frames, (clock.monotonicMs() - since) / 1000);
    }
  }

  function handOutSome(): void {
    underWay ??= handOut();
    if (underWay.next().done) underWay = null;
    else setImmediate(handOutSome);
  }

  return {
    get sentBytes() {
      return sentBytes + placed.sentBytes;
    },
    get isPlacing() {
      return placed.isPlacing;
    },
    send(frame) {
      if (pending.push(frame) > 1) return;
      pendingSince = clock.monotonicMs();
      if (underWay === null) setImmediate(handOutSome);
    },
    flush() {
      underWay ??= handOut();
      while (!underWay.next().done);
      underWay = null;
    },
  };
}

/**
 * Creates the writer to streams with a `bbox`. It reads positions after a batch arrives, since that poll may have added
 * or moved a station.
 */
function createPlacedHandOut({ placed }: Listeners, positions: PositionCache) {
  let waiting: Frame[] = [];
  let isPlacing = false;
  let sentBytes = 0;

  async function handOut(): Promise<void> {
    isPlacing = true;
    while (waiting.length > 0) {
      const frames = waiting;
      waiting = [];
      if (!(await positions.refresh())) {
        // An ended stream resumes by its last event id, and then waits for the database.
        for (const listener of placed) listener.end("positions_unavailable");
      }
      const shared = share(frames, positions);
      let handed = 0;
      for (const listener of placed) {
        sentBytes += sendWanted(listener, shared);
        handed += 1;
        if (handed % listenersPerTurn === 0) await nextTurn();
      }
    }
    isPlacing = false;
  }

  return {
    get sentBytes() {
      return sentBytes;
    },
    get isPlacing() {
      return isPlacing;
    },
    add(frames: Frame[]): void {
      if (placed.size === 0) return;
      waiting.push(...frames);
      if (!isPlacing) void handOut();
    },
  };
}

/** An event with its station's position and its bytes, encoded once for all streams with a filter. */
type SharedFrame = Pick<Frame, "stationId" | "eventId"> & { position: Position; bytes: Uint8Array };

function share(frames: Frame[], positions: PositionCache): SharedFrame[] {
  return frames.map((frame) => {
    const { stationId, eventId } = frame;
    return { stationId, eventId, position: positions.of(stationId), bytes: encodeFrames([frame]) };
  });
}

/** Sends the events that pass the listener's filter. @returns the number of bytes sent */
function sendWanted({ outbox, filter, after }: Listener, frames: SharedFrame[]): number {
  const wanted: Uint8Array[] = [];
  let sentBytes = 0;
  for (const { stationId, eventId, position, bytes } of frames) {
    if ((eventId !== null && eventId <= after) || !matches(filter, stationId, position)) continue;
    wanted.push(bytes);
    sentBytes += bytes.byteLength;
  }
  if (wanted.length > 0) outbox.sendAll(wanted, sentBytes);
  return sentBytes;
}
