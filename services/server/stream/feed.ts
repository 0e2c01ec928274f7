import type { Redis } from "ioredis";
import { withDeadline } from "../../../shared/clock.ts";
import type { Sql } from "../../../shared/database/sql.ts";
import { type ParsedMessage, parseMessage } from "../../../shared/observation.ts";
import { describeError, type Link, untilUp } from "../../../shared/service/link.ts";
import type { Log } from "../../../shared/service/log.ts";
import { type Marks, mayHoldEvent, readEvents, readMarks } from "../api/queries.ts";
import type { Broadcast } from "./broadcast.ts";
import { observationFrame, storedFrame } from "./frames.ts";
import { setBackReason } from "./resume.ts";

/** The ordered stream of events that this server sends. Redis nudges, PostgreSQL is the truth. */
export type Feed = {
  /** The id of the last event that was sent; `null` before PostgreSQL was asked for the first time. */
  readonly position: bigint | null;
  /** Resolves when {@link Feed.position} is known. */
  readonly started: Promise<void>;
  /** Whether the subscription holds. */
  readonly subscribed: boolean;
  /** Messages that did not fit the contract. */
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
/** Messages that may wait while PostgreSQL is asked. Past it they are forgotten: the events among them are in PostgreSQL. */
const maxWaiting = 20_000;
/** A connection that answers nothing is given up for another, since every listener waits. */
const deadlineMs = 10_000;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A message that has a place in the order of events. */
type EventMessage = { stationId: string; data: string; eventId: bigint };

/**
 * Follows `observations:new` and delivers each event once, in rising order of ids, whatever Redis loses or repeats.
 *
 * - After each (re)subscription, what was missed is read from PostgreSQL first.
 * - An id that was passed is a duplicate and is dropped. PostgreSQL is asked all the same, since it may have been set back.
 * - Where PostgreSQL was set back, by a backup or a failover, all streams get a reset and end. PostgreSQL shows it by a
 *   timeline that begins above the last event sent (see `services/worker/store/event-ids.ts`), or by having come behind it.
 *   Its marks are read after each page and before that page is sent, so that no event of a new timeline goes out before
 *   the reset.
 * - An id that does not follow the last one means that something was missed, or that somebody publishes nonsense:
 *   PostgreSQL is asked, and what it does not know is dropped. The very next id is believed, for the sake of speed.
 * - Ids that PostgreSQL cannot know are most likely another install's on the same Redis. The log has one line for them.
 * - A message without an id is sent at once, one that does not fit is dropped.
 *
 * @param channel see `redisNames`
 * @param subscriber a connection of its own, not connected yet, that does not subscribe again by itself
 */
export function createFeed(
  sql: Sql,
  subscriber: Redis,
  channel: string,
  database: Link,
  broadcast: Pick<Broadcast, "send" | "resetAll">,
  log: Log,
  signal: AbortSignal,
): Feed {
  let position: bigint | null = null;
  let subscribed = false;
  let dropped = 0;
  let waiting: EventMessage[] = [];
  /** PostgreSQL may hold events that were not delivered yet. */
  let behind = true;
  let asking = false;
  /** So many of the messages that wait had come before PostgreSQL was asked: what it did not tell then, it does not know. */
  let asked = 0;
  /** A message of an id that was passed, of which PostgreSQL has not been asked yet whether it is its own. */
  let suspect: EventMessage | null = null;
  let warnedOfOthers = false;
  const started = Promise.withResolvers<void>();

  async function catchUp(): Promise<void> {
    await untilUp(database, signal, async () => {
      if (position === null) {
        position = (await withDeadline(readMarks(sql), deadlineMs)).newest;
        started.resolve();
        return;
      }
      for (;;) {
        const range = { after: position, upTo: null, since: null };
        const events = await withDeadline(readEvents(sql, range, { stations: null, bbox: null }, pageRows), deadlineMs);
        const marks = await withDeadline(readMarks(sql), deadlineMs);
        if (isSetBack(marks, position)) {
          beginAgain(marks, position);
          continue;
        }
        for (const event of events) {
          position = BigInt(event.eventId);
          broadcast.send(storedFrame(event));
        }
        if (events.length < pageRows) break;
      }
      await checkSuspect();
    });
  }

  function beginAgain(marks: Marks, sent: bigint): void {
    position = sent < marks.timeline ? marks.timeline : marks.newest;
    log.warn("the database was set back; streams begin again", { sent: String(sent), from: String(position) });
    broadcast.resetAll(setBackReason, position);
  }

  async function checkSuspect(): Promise<void> {
    if (suspect === null || warnedOfOthers) return;
    const { stationId, data, eventId } = suspect;
    suspect = null;
    const { timestamp }: { timestamp: string } = JSON.parse(data);
    const isOurs = await withDeadline(mayHoldEvent(sql, stationId, timestamp, eventId), deadlineMs);
    if (!isOurs) dropOther(data, eventId);
  }

  function receive(bytes: Buffer): void {
    const message = readMessage(bytes);
    if (message === null) return;
    // One without an id has no place in the order, and need not wait for it.
    if (message.eventId === null) {
      broadcast.send(observationFrame(message.stationId, message.data, null));
      return;
    }
    if (waiting.length >= maxWaiting) {
      waiting = [];
      behind = true;
    }
    waiting.push({ ...message, eventId: BigInt(message.eventId) });
    drain();
  }

  /** `null` for what does not fit the contract; that is told in the log. */
  function readMessage(bytes: Buffer): ParsedMessage | null {
    try {
      return parseMessage(utf8.decode(bytes));
    } catch (error) {
      // Of bytes that are no UTF-8 listeners would get something else than what was published.
      drop(bytes.toString("latin1"), error instanceof TypeError ? "not UTF-8" : describeError(error));
      return null;
    }
  }

  /** @returns false when the event must wait until PostgreSQL was asked */
  function handle(message: EventMessage, current: bigint, wasAsked: boolean): boolean {
    const { stationId, data, eventId } = message;
    if (eventId <= current) {
      // Published twice, by another install, or by a database that was set back: PostgreSQL knows.
      behind = true;
      suspect ??= message;
      return true;
    }
    if (wasAsked) {
      dropOther(data, eventId);
      return true;
    }
    if (eventId !== current + 1n) return false;
    position = eventId;
    broadcast.send(observationFrame(stationId, data, eventId));
    return true;
  }

  function drop(text: string, reason: string): void {
    dropped += 1;
    log.warn("dropped a message", { channel, reason, text: text.slice(0, 200) });
  }

  /** Another install may publish hundreds of events every few minutes: one line is enough. */
  function dropOther(text: string, eventId: bigint): void {
    if (warnedOfOthers) {
      dropped += 1;
      return;
    }
    warnedOfOthers = true;
    drop(
      text,
      `event ${eventId} is not in the database: another install may use this channel. Give each install its own REDIS_NAMESPACE. Further events of this kind are dropped without a line`,
    );
  }

  /** Handles what waits, at once unless PostgreSQL must be asked first. */
  function drain(): void {
    if (asking) return;
    if (behind || position === null) return void ask();
    for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) {
      const isHandled = handle(event, position, asked > 0);
      asked = Math.max(0, asked - 1);
      if (isHandled) continue;
      waiting.unshift(event);
      return void ask();
    }
    if (behind) void ask();
  }

  async function ask(): Promise<void> {
    asking = true;
    behind = false;
    // A message that comes while PostgreSQL is asked may be of an event that was stored after it answered.
    const waitingBefore = waiting.length;
    try {
      await catchUp();
      asked = waitingBefore;
    } catch (error) {
      // The only way out of catching up is the end of the service.
      if (!signal.aborted) throw error;
      return;
    } finally {
      asking = false;
    }
    drain();
  }

  async function subscribe(): Promise<void> {
    await subscriber.subscribe(channel);
    if (subscribed) return;
    subscribed = true;
    behind = true;
    drain();
  }

  subscriber.on("close", () => {
    subscribed = false;
  });
  subscriber.on("messageBuffer", (_channel: Buffer, bytes: Buffer) => receive(bytes));

  return {
    subscribe,
    start() {
      drain();
      subscriber.connect().catch(() => {
        // Told to its link, and tried again for ever.
      });
    },
    lookAgain() {
      behind = true;
      drain();
    },
    get position() {
      return position;
    },
    started: started.promise,
    get subscribed() {
      return subscribed;
    },
    get dropped() {
      return dropped;
    },
  };
}

function isSetBack({ newest, timeline }: Marks, sent: bigint): boolean {
  return sent < timeline || newest < sent;
}
