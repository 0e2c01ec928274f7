// The ordered feed of events that this server sends. Redis only announces events; PostgreSQL decides.

import type { Redis } from "ioredis";
import type { ConnectionHealth } from "../../../../shared/connections/connection-health.ts";
import type { Sql } from "../../../../shared/database/sql.ts";
import type { Log } from "../../../../shared/process/log.ts";
import type { Broadcast } from "../broadcast.ts";
import { observationFrame } from "../frames.ts";
import { createChannelMessages, type EventMessage } from "./channel-messages.ts";
import { createMissedEvents } from "./missed-events.ts";
import { createStoredEvents } from "./stored-events.ts";

/** Dependencies of {@link createFeed}. */
type FeedParts = {
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

/** Max messages that wait for a look-up; a poll of the whole network publishes about 900 at once. */
const maxWaiting = 1_000;

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
  const missed = createMissedEvents({ stored, messages, database, signal });
  let isSubscribed = false;
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
    else if (waiting !== null || missed.isBehind || messages.hasOthers || !stored.isNext(eventId))
      missed.doubt(message);
    else if (stored.isKnown(eventId)) stored.send(observationFrame(stationId, data, eventId));
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
      missed.miss();
    }
    waiting = null;
    for (const message of batch) place(message);
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
      missed.lookAgain();
    },
    start() {
      missed.lookAgain();
      subscriber.connect().catch(() => {
        // The connection health logs the failure, and ioredis retries forever.
      });
    },
    lookAgain: missed.lookAgain,
    get position() {
      return stored.position;
    },
    started: missed.started,
    get dropped() {
      return messages.dropped;
    },
  };
}
