// The ordered feed of events that this server sends. Redis only announces events; PostgreSQL decides.

import type { Redis } from "ioredis";
import { withDeadline } from "../../../shared/clock.ts";
import { type ConnectionHealth, untilUp } from "../../../shared/connections/connection-health.ts";
import { inTransaction, type Sql, smallAnswerMs, type Transaction } from "../../../shared/database/sql.ts";
import type { Log } from "../../../shared/process/log.ts";
import { lookUpEvent, type Marks, readEventsAfter, readMarks } from "../store/events.ts";
import type { Broadcast } from "./broadcast.ts";
import { createChannelMessages, type EventMessage } from "./channel-messages.ts";
import { observationFrame, storedFrame } from "./frames.ts";
import { setBackReason } from "./resume.ts";

/** Dependencies of {@link createFeed}. */
export type FeedParts = {
  sql: Sql;
  /** A dedicated connection, not connected yet, with `autoResubscribe` off. */
  subscriber: Redis;
  /** Channel name, from `redisNames`. */
  channel: string;
  database: ConnectionHealth;
  broadcast: Pick<Broadcast, "send" | "resetAll">;
  log: Log;
  signal: AbortSignal;
};

/** The events of `observations:new`: each once, in rising id order, even if Redis loses or repeats messages. */
export type Feed = {
  /** Id of the last event that was sent; `null` until PostgreSQL has answered for the first time. */
  readonly position: bigint | null;
  /** Resolves when {@link Feed.position} is known. */
  readonly started: Promise<void>;
  /** Number of dropped messages: invalid ones, and events that PostgreSQL does not know. */
  readonly dropped: number;
  /** Connects to Redis and reads the stream position from PostgreSQL. */
  start(): void;
  /** Makes the feed query PostgreSQL again, for events that no message announced. */
  lookAgain(): void;
  /**
   * Subscribes to the channel. If already subscribed, repeats the command as a health check. After a new subscription,
   * missed events are read from PostgreSQL.
   * @throws {ReplyError} when Redis refuses it
   */
  subscribe(): Promise<void>;
};

const pageRows = 1_000;
/** Max messages that wait for a look-up; a poll of the whole network publishes about 900 at once. */
const maxWaiting = 1_000;
/** Time limit for a query on the live path, in ms; the pool then opens a new connection. */
const deadlineMs = 10_000;
/**
 * A message to check against PostgreSQL. @property wasPassed whether a later event had been sent when the message
 * arrived
 */
type DoubtedMessage = EventMessage & { wasPassed: boolean };

/**
 * Follows `observations:new` and sends its events.
 *
 * - An event with the next id is sent at once if PostgreSQL is known to hold that id. The feed looks up the first message of
 * a batch, and the rest of the batch waits meanwhile: one small query per batch. After the first foreign event no id is
 * trusted any more.
 * - Any other id means a missed, repeated or foreign event. The feed then queries PostgreSQL and drops what is not
 * stored there. Messages that arrive during a query are not kept, since the next query finds their events.
 * - After each (re)subscription the feed reads missed events from PostgreSQL.
 * - A message without an id has no place in the order and is sent at once.
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
  /** The newest message with an unexpected id, to be checked against PostgreSQL. */
  let doubted: DoubtedMessage | null = null;
  /** Messages that arrived during the look-up of the first of a batch; `null` without a look-up. */
  let waiting: EventMessage[] | null = null;

  function receive(bytes: Buffer): void {
    const message = messages.read(bytes);
    if (message === null) return;
    const { stationId, data } = message;
    const eventId = message.eventId === null ? null : BigInt(message.eventId);
    if (eventId === null) broadcast.send(observationFrame(stationId, data, null));
    else place({ stationId, data, eventId });
  }

  function place(message: EventMessage): void {
    const { stationId, data, eventId } = message;
    if (waiting !== null && waiting.length < maxWaiting) waiting.push(message);
    else if (waiting !== null || isAsking || isBehind || messages.hasOthers || !stored.isNext(eventId)) {
      doubted = { ...message, wasPassed: stored.hasPassed(eventId) };
      lookAgain();
    } else if (stored.isKnown(eventId)) stored.send(observationFrame(stationId, data, eventId));
    else void lookUp(message);
  }

  async function lookUp(first: EventMessage): Promise<void> {
    const batch = [first];
    waiting = batch;
    try {
      if (!(await stored.mayHold(first))) {
        messages.dropOther(first);
        batch.shift();
      }
    } catch (error) {
      database.down(error);
      // Retries, and finds the events of the whole batch.
      isBehind = true;
    }
    waiting = null;
    for (const message of batch) place(message);
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
      // The loop only fails when the service stops.
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

  /** Returns whether a message is from another install: PostgreSQL has not stored its event. */
  async function isOthers(message: DoubtedMessage): Promise<boolean> {
    if (!stored.hasPassed(message.eventId)) return true;
    // The event itself, or one stored before it. After the first foreign event, skip the query.
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
        // The connection health logs the failure, and ioredis retries forever.
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
 * Creates the reader that sends stored events after the last one sent.
 *
 * When a backup or failover set the database back, all streams get a reset and end. There are two signs: a timeline
 * that begins above the last sent event (see `services/worker/store/event-id-guard.ts`), or a newest event below it.
 * The marks are read after each page and before that page is sent, so no event of a new timeline is sent before the
 * reset.
 */
function createStoredEvents({ sql, broadcast, log }: Pick<FeedParts, "sql" | "broadcast" | "log">) {
  let position: bigint | null = null;
  /** The highest id that a look-up found. */
  let known = 0n;

  const read = <T>(work: (tx: Transaction) => Promise<T>) => withDeadline(inTransaction(sql, work), deadlineMs);

  /** Sends one page. @returns whether there may be more */
  async function sendPage(after: bigint): Promise<boolean> {
    const { events, marks } = await read(async (tx) => ({
      events: await readEventsAfter(tx, after, pageRows),
      marks: await readMarks(tx),
    }));
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
    known = 0n;
    log.warn("the database was set back; streams begin again", { sent: String(sent), from: String(position) });
    broadcast.resetAll(setBackReason, position);
  }

  return {
    /** Id of the last event that was sent; `null` before the first query. */
    get position() {
      return position;
    },
    /** Returns whether PostgreSQL held this id, or a higher one, at the last look-up. */
    isKnown: (eventId: bigint) => eventId <= known,
    isNext: (eventId: bigint) => position !== null && eventId === position + 1n,
    hasPassed: (eventId: bigint) => position !== null && eventId <= position,
    /** Sends the event that follows the last one. */
    send(frame: ReturnType<typeof observationFrame>): void {
      position = frame.eventId;
      broadcast.send(frame);
    },
    /** Sends all events stored after the last one. The first call only reads the position. */
    async sendMissed(): Promise<void> {
      if (position === null) {
        position = (await read(readMarks)).newest;
        return;
      }
      while (await sendPage(position));
    },
    /** Returns whether an event is stored, or was before its row changed again. */
    async mayHold({ stationId, data, eventId }: EventMessage): Promise<boolean> {
      const { timestamp }: { timestamp: string } = JSON.parse(data);
      const found = await withDeadline(lookUpEvent(sql, stationId, timestamp, eventId), smallAnswerMs);
      if (found.isHeld) known = found.newest;
      return found.isHeld;
    },
  };
}

function isSetBack({ newest, timeline }: Marks, sent: bigint): boolean {
  return sent < timeline || newest < sent;
}
