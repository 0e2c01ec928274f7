// Hands events to all live streams: at once to most, and to those with a `bbox` after the stations' positions were read.

import { type Clock, withDeadline } from "../../../shared/clock.ts";
import { matches } from "../store/filter.ts";
import { encodeFrames, type Frame } from "./frames.ts";
import type { Listener, Listeners } from "./listeners.ts";
import type { PositionCache } from "./position-cache.ts";

/** The way to write events to all live streams. */
export type HandOut = {
  /** Bytes that were handed to streams, each stream counted. */
  readonly sentBytes: number;
  /** Whether events wait for the stations' positions, so that streams with a `bbox` are behind. */
  readonly isPlacing: boolean;
  /** Sends to all that are live. What is sent in one turn of the event loop goes out as one write a listener. */
  send(frame: Frame): void;
  /** Hands out at once what waits. */
  flush(): void;
};

/** So many listeners are written to in one turn of the event loop. */
const listenersPerTurn = 32;
/** Longer than this no stream with a `bbox` waits for the stations' positions: it ends, and resumes by its last event id. */
const placesDeadlineMs = 5_000;

/**
 * Makes the hand-out.
 * @param whole called before streams without a filter get bytes
 * @param flushed called with what went to all streams in one go, and how many seconds the first of it had waited
 */
export function createHandOut(
  listeners: Listeners,
  positions: PositionCache,
  whole: () => void,
  flushed: (frames: Frame[], seconds: number) => void,
  clock: Clock,
): HandOut {
  const placed = createPlacedHandOut(listeners, positions, clock);
  let pending: Frame[] = [];
  let pendingSince = 0;
  /** Under way while some listeners have what others are yet to get. */
  let underWay: Generator<void> | null = null;
  let sentBytes = 0;

  /**
   * Hands what waits to the listeners, and pauses after some of them. What was handed to a stream goes to its socket when the
   * turn of the event loop ends: so the first do not wait for the last, and what comes meanwhile is joined to one write more.
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
      for (const listener of listeners.filtered) sentBytes += sendWanted(listener, frames, positions);
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
 * Makes the hand-out to streams with a `bbox`. Positions are read after a batch has come, since its poll may have moved a
 * station or brought a new one.
 */
function createPlacedHandOut({ placed }: Listeners, positions: PositionCache, clock: Clock) {
  let waiting: Frame[] = [];
  let isPlacing = false;
  let sentBytes = 0;

  async function handOut(): Promise<void> {
    isPlacing = true;
    while (waiting.length > 0) {
      const frames = waiting;
      waiting = [];
      try {
        await withDeadline(positions.refresh(), placesDeadlineMs, clock);
      } catch {
        // The link of the database reports why. Whoever ends here resumes, and waits for the database then.
        for (const listener of placed) listener.end("positions_unavailable");
      }
      for (const listener of placed) sentBytes += sendWanted(listener, frames, positions);
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

/** @returns how many bytes the listener was sent */
function sendWanted({ outbox, filter, after }: Listener, frames: Frame[], positions: PositionCache): number {
  const wanted = frames.filter(({ eventId, stationId }) => {
    return (eventId === null || eventId > after) && matches(filter, stationId, positions.of(stationId));
  });
  if (wanted.length === 0) return 0;
  const bytes = encodeFrames(wanted);
  outbox.send(bytes);
  return bytes.byteLength;
}
