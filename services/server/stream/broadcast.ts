import { type Clock, systemClock, waitAtMost } from "../../../shared/clock.ts";
import { type Filter, matches } from "./filter.ts";
import { encodeFrames, type Frame, heartbeatComment, heartbeatId, resetBlock, retryBlock } from "./frames.ts";
import type { Outbox } from "./outbox.ts";
import type { Places } from "./places.ts";

/** One open stream. */
export type Listener = {
  outbox: Outbox;
  filter: Filter;
  /** Who listens, as limits count it. */
  address: string;
  /** Events up to this id are kept from it: it was sent them already, by this server or by one that is ahead of it. */
  after: bigint;
  /** Ends the stream; it resumes by its last event id. */
  end(reason: string): void;
};

/** Every open stream, and the way to write to all of them. */
export type Broadcast = {
  /** How many streams are open. */
  readonly size: number;
  /** Bytes of live events that were handed to streams, each stream counted. */
  readonly sentBytes: number;
  /** How many of them an address has opened. */
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

/** A stream gets a heartbeat once it was quiet for this long, as of the next check: 15 s is the most that is allowed. */
const quietMs = 10_000;
const checkMs = 4_000;
/** A listener that took nothing for this long is gone or stuck. */
const maxStalledMs = 20_000;
/** So many listeners are written to in one turn of the event loop. */
const listenersPerTurn = 32;
/** How long a server waits for the last words of a stream to be taken. */
const farewellMs = 500;

/**
 * Keeps the registry of open streams and writes to all of them.
 * @param places asked only while somebody filters by place
 * @param lastEventId the id of the newest event that was {@link Broadcast.send | sent}
 * @param flushed told what went to all streams in one go, and how long the first of it had waited
 * @param clock paces heartbeats
 */
export function createBroadcast(
  places: Places,
  lastEventId: () => bigint,
  flushed: (frames: Frame[], seconds: number) => void,
  clock: Clock = systemClock,
): Broadcast {
  const listeners = new Set<Listener>();
  const sizes = new Map<string, number>();
  // Kept apart, so that whoever wants everything pays nothing for those who do not.
  const live = { whole: new Set<Listener>(), filtered: new Set<Listener>(), placed: new Set<Listener>() };
  let pending: Frame[] = [];
  let pendingSince = 0;
  /** Under way while some listeners have what others are yet to get. */
  let handingOut: Generator<void> | null = null;
  /** When streams without a filter got bytes last. */
  let wholeSentAt = clock.monotonicMs();
  /** When all others got a heartbeat last; how many bytes they get between two is different for each. */
  let othersSentAt = clock.monotonicMs();
  let sentBytes = 0;
  /** What listeners that filter by place are yet to get: where its stations lie must be asked first. */
  let unplaced: Frame[] = [];
  let placing = false;

  function count(address: string, change: 1 | -1): void {
    const size = (sizes.get(address) ?? 0) + change;
    if (size === 0) sizes.delete(address);
    else sizes.set(address, size);
  }

  /**
   * Hands what waits to the listeners, and pauses after some of them. What was handed to a stream goes to its socket when the
   * turn of the event loop ends: so the first do not wait for the last, and what comes meanwhile is joined to one write more.
   */
  function* handOut(): Generator<void> {
    while (pending.length > 0) {
      const frames = pending;
      const since = pendingSince;
      pending = [];
      wholeSentAt = clock.monotonicMs();
      const bytes = encodeFrames(frames);
      let handed = 0;
      for (const { outbox } of live.whole) {
        outbox.send(bytes);
        sentBytes += bytes.byteLength;
        handed += 1;
        if (handed % listenersPerTurn === 0) yield;
      }
      for (const listener of live.filtered) sendWanted(listener, frames);
      if (live.placed.size > 0) {
        unplaced.push(...frames);
        if (!placing) void place();
      }
      flushed(frames, (clock.monotonicMs() - since) / 1000);
    }
  }

  function handOutSome(): void {
    handingOut ??= handOut();
    if (handingOut.next().done) handingOut = null;
    else setImmediate(handOutSome);
  }

  function flush(): void {
    handingOut ??= handOut();
    while (!handingOut.next().done);
    handingOut = null;
  }

  async function place(): Promise<void> {
    placing = true;
    while (unplaced.length > 0) {
      const frames = unplaced;
      unplaced = [];
      try {
        await places.refresh();
      } catch {
        for (const listener of live.placed) listener.end("the stations' positions cannot be read now");
      }
      for (const listener of live.placed) sendWanted(listener, frames);
    }
    placing = false;
  }

  function isLive(listener: Listener): boolean {
    return Object.values(live).some((set) => set.has(listener));
  }

  function sendWanted({ outbox, filter, after }: Listener, frames: Frame[]): void {
    const wanted = frames.filter(({ eventId, stationId }) => {
      return (eventId === null || eventId > after) && matches(filter, stationId, places.of(stationId));
    });
    if (wanted.length === 0) return;
    const bytes = encodeFrames(wanted);
    outbox.send(bytes);
    sentBytes += bytes.byteLength;
  }

  function heartbeat(): void {
    flush();
    for (const listener of listeners) {
      if (listener.outbox.stalledMs() > maxStalledMs) listener.end("too slow");
    }
    const now = clock.monotonicMs();
    if (now - wholeSentAt >= quietMs) {
      wholeSentAt = now;
      for (const { outbox } of live.whole) outbox.send(heartbeatComment);
    }
    if (now - othersSentAt < quietMs) return;
    othersSentAt = now;
    for (const listener of listeners) {
      if (live.whole.has(listener)) continue;
      const knowsPosition = live.filtered.has(listener) || (live.placed.has(listener) && !placing);
      if (knowsPosition) sendPosition(listener);
      // It waits for the database, as do the events that a position would skip.
      else listener.outbox.send(heartbeatComment);
    }
  }

  function sendPosition({ outbox, after }: Listener): void {
    const last = lastEventId();
    outbox.send(heartbeatId(last > after ? last : after));
  }

  function liveSet({ filter, after }: Listener): Set<Listener> {
    if (filter.bbox !== null) return live.placed;
    return filter.stations !== null || after > lastEventId() ? live.filtered : live.whole;
  }

  /** Ends streams once they have taken what was sent to them, or have had time to. */
  async function endAll(list: Listener[], reason: string): Promise<void> {
    await waitAtMost(Promise.all(list.map(({ outbox }) => outbox.drained())), farewellMs, clock);
    for (const listener of list) listener.end(reason);
  }

  const stopHeartbeats = clock.every(checkMs, heartbeat);
  return {
    get size() {
      return listeners.size;
    },
    get sentBytes() {
      return sentBytes;
    },
    sizeOf: (address) => sizes.get(address) ?? 0,
    open(listener) {
      listeners.add(listener);
      count(listener.address, 1);
    },
    goLive(listener) {
      // What it missed may have been too much for it just now.
      if (!listeners.has(listener)) return;
      // What waits was sent before this listener came.
      flush();
      if (lastEventId() > listener.after) listener.after = lastEventId();
      liveSet(listener).add(listener);
    },
    close(listener) {
      if (!listeners.delete(listener)) return;
      count(listener.address, -1);
      for (const set of Object.values(live)) set.delete(listener);
      listener.outbox.close();
    },
    send(frame) {
      if (pending.push(frame) > 1) return;
      pendingSince = clock.monotonicMs();
      if (handingOut === null) setImmediate(handOutSome);
    },
    resetAll(reason, lastEventId) {
      flush();
      const all = [...listeners];
      const reset = all.filter(isLive);
      for (const listener of all) if (!isLive(listener)) listener.end(reason);
      for (const set of Object.values(live)) set.clear();
      const bytes = resetBlock(reason, lastEventId);
      for (const { outbox } of reset) outbox.send(bytes);
      void endAll(reset, reason);
    },
    async stop() {
      stopHeartbeats();
      flush();
      for (const { outbox } of listeners) outbox.send(retryBlock());
      await endAll([...listeners], "the server is stopping");
    },
  };
}
