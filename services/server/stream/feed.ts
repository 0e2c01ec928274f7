// The ordered stream of events that this server sends. Redis nudges, PostgreSQL is the truth.

import type { Redis } from "ioredis";
import { withDeadline } from "../../../shared/clock.ts";
import type { Sql } from "../../../shared/database/sql.ts";
import { type ConnectionHealth, untilUp } from "../../../shared/service/connection-health.ts";
import type { Log } from "../../../shared/service/log.ts";
import { type Marks, mayHoldEvent, readEvents, readMarks } from "../store/events.ts";
import type { Broadcast } from "./broadcast.ts";
import { createChannelMessages, type EventMessage } from "./channel-messages.ts";
import { observationFrame, storedFrame } from "./frames.ts";
import { setBackReason } from "./resume.ts";

/** What a feed is made of. */
export type FeedParts = {
  sql: Sql;
  /** A connection of its own, not connected yet, that does not subscribe again by itself. */
  subscriber: Redis;
  /** See `redisNames`. */
  channel: string;
  database: ConnectionHealth;
  broadcast: Pick<Broadcast, "send" | "resetAll">;
  log: Log;
  signal: AbortSignal;
};

/** The events of `observations:new`, each once, in rising order of ids, whatever Redis loses or repeats. */
export type Feed = {
  /** The id of the last event that was sent; `null` before PostgreSQL was asked for the first time. */
  readonly position: bigint | null;
  /** Resolves when {@link Feed.position} is known. */
  readonly started: Promise<void>;
  /** Messages that did not fit the contract, and events that PostgreSQL does not know. */
  readonly dropped: number;
  /** Connects, and reads the position of the stream from PostgreSQL. */
  start(): void;
  /** Asks PostgreSQL soon for what no message has announced. */
  lookAgain(): void;
  /**
   * Subscribes, or asks Redis for the same again, which proves that messages still arrive. What was missed before the
   * subscription is read from PostgreSQL.
   * @throws {ReplyError} when Redis refuses it
   */
  subscribe(): Promise<void>;
};

const pageRows = 1_000;
/** A connection that answers nothing is given up for another, since every listener waits. */
const deadlineMs = 10_000;
/** @property wasPassed whether a later event had been sent when it came */
type DoubtedMessage = EventMessage & { wasPassed: boolean };

const noFilter = { stations: null, bbox: null };

/**
 * Follows `observations:new` and delivers its events.
 *
 * - The event after the last one is believed and sent at once, for the sake of speed.
 * - Any other id means that something was missed, repeated, or published by somebody else: PostgreSQL is asked, and what it
 *   does not know is dropped. What comes while it is asked is not kept, since the next question finds it.
 * - After each (re)subscription, PostgreSQL is asked for what was missed.
 * - A message without an id has no place in the order, and is sent at once.
 */
export function createFeed(parts: FeedParts): Feed {
  const { subscriber, channel, database, broadcast, log, signal } = parts;
  const messages = createChannelMessages(channel, log);
  const stored = createStoredEvents(parts);
  const started = Promise.withResolvers<void>();
  let isSubscribed = false;
  /** Whether PostgreSQL may hold events that were not sent yet. */
  let isBehind = true;
  let isAsking = false;
  /** The newest message that was not simply the next, of which PostgreSQL has to say whether it is ours. */
  let doubted: DoubtedMessage | null = null;

  function receive(bytes: Buffer): void {
    const message = messages.read(bytes);
    if (message === null) return;
    const { stationId, data } = message;
    const eventId = message.eventId === null ? null : BigInt(message.eventId);
    if (eventId === null) broadcast.send(observationFrame(stationId, data, null));
    else if (!isAsking && !isBehind && stored.isNext(eventId)) stored.send(observationFrame(stationId, data, eventId));
    else {
      doubted = { stationId, data, eventId, wasPassed: stored.hasPassed(eventId) };
      lookAgain();
    }
  }

  function lookAgain(): void {
    isBehind = true;
    if (!isAsking) void ask();
  }

  async function ask(): Promise<void> {
    isAsking = true;
    try {
      while (isBehind) await untilUp(database, signal, askOnce);
    } catch (error) {
      // The only way out is the end of the service.
      if (!signal.aborted) throw error;
    } finally {
      isAsking = false;
    }
  }

  async function askOnce(): Promise<void> {
    const asked = doubted;
    isBehind = false;
    doubted = null;
    try {
      await stored.sendMissed();
      started.resolve();
      if (asked !== null && (await isOthers(asked))) messages.dropOther(asked);
    } catch (error) {
      isBehind = true;
      doubted ??= asked;
      throw error;
    }
  }

  /** Returns whether a message is of nothing that PostgreSQL has stored. */
  async function isOthers(message: DoubtedMessage): Promise<boolean> {
    if (!stored.hasPassed(message.eventId)) return true;
    // The very event, or one that was stored before it. Once somebody else's were seen, it is not worth a question.
    if (!message.wasPassed || messages.hasOthers) return false;
    return !(await stored.mayHold(message));
  }

  subscriber.on("close", () => {
    isSubscribed = false;
  });
  subscriber.on("messageBuffer", (_channel: Buffer, bytes: Buffer) => receive(bytes));

  return {
    async subscribe() {
      await subscriber.subscribe(channel);
      if (isSubscribed) return;
      isSubscribed = true;
      lookAgain();
    },
    start() {
      lookAgain();
      subscriber.connect().catch(() => {
        // Told to its link, and tried again for ever.
      });
    },
    lookAgain,
    get position() {
      return stored.position;
    },
    started: started.promise,
    get dropped() {
      return messages.dropped;
    },
  };
}

/**
 * Sends what PostgreSQL holds after the last event that was sent.
 *
 * Where PostgreSQL was set back, by a backup or a failover, all streams get a reset and end. It shows by a timeline that
 * begins above the last event sent (see `services/worker/store/event-id-guard.ts`), or by a newest event below it. The marks are
 * read after each page and before that page is sent, so that no event of a new timeline goes out before the reset.
 */
function createStoredEvents({ sql, broadcast, log }: Pick<FeedParts, "sql" | "broadcast" | "log">) {
  let position: bigint | null = null;

  /** @returns whether there may be more */
  async function sendPage(after: bigint): Promise<boolean> {
    const events = await withDeadline(
      readEvents(sql, { after, upTo: null, since: null }, noFilter, pageRows),
      deadlineMs,
    );
    const marks = await withDeadline(readMarks(sql), deadlineMs);
    if (isSetBack(marks, after)) {
      beginAgain(marks, after);
      return true;
    }
    for (const event of events) {
      position = BigInt(event.eventId);
      broadcast.send(storedFrame(event));
    }
    return events.length === pageRows;
  }

  function beginAgain(marks: Marks, sent: bigint): void {
    position = sent < marks.timeline ? marks.timeline : marks.newest;
    log.warn("the database was set back; streams begin again", { sent: String(sent), from: String(position) });
    broadcast.resetAll(setBackReason, position);
  }

  return {
    /** The id of the last event that was sent; `null` before the first question. */
    get position() {
      return position;
    },
    isNext: (eventId: bigint) => position !== null && eventId === position + 1n,
    hasPassed: (eventId: bigint) => position !== null && eventId <= position,
    /** Sends an event that follows the last one. */
    send(frame: ReturnType<typeof observationFrame>): void {
      position = frame.eventId;
      broadcast.send(frame);
    },
    /** Sends all that is stored after the last event; at first, only learns which one that is. */
    async sendMissed(): Promise<void> {
      if (position === null) {
        position = (await withDeadline(readMarks(sql), deadlineMs)).newest;
        return;
      }
      while (await sendPage(position));
    },
    /** Asks whether an event is of this database, or was before its row changed again. */
    async mayHold({ stationId, data, eventId }: EventMessage): Promise<boolean> {
      const { timestamp }: { timestamp: string } = JSON.parse(data);
      return withDeadline(mayHoldEvent(sql, stationId, timestamp, eventId), deadlineMs);
    },
  };
}

function isSetBack({ newest, timeline }: Marks, sent: bigint): boolean {
  return sent < timeline || newest < sent;
}
