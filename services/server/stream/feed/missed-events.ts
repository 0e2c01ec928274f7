// Asks PostgreSQL for what the messages on Redis did not bring.

import { type ConnectionHealth, untilUp } from "../../../../shared/connections/connection-health.ts";
import type { ChannelMessages, EventMessage } from "./channel-messages.ts";
import type { StoredEvents } from "./stored-events.ts";

type MissedEventsParts = {
  stored: StoredEvents;
  messages: Pick<ChannelMessages, "hasOthers" | "dropOther">;
  database: ConnectionHealth;
  signal: AbortSignal;
};

/** Sends the events that no message announced, and drops messages without an event. */
type MissedEvents = {
  /** Whether PostgreSQL may hold events that were not sent yet. */
  readonly isBehind: boolean;
  /** Resolves when PostgreSQL has answered for the first time. */
  readonly started: Promise<void>;
  /** Asks PostgreSQL, or asks again after the query that runs. */
  lookAgain(): void;
  /** Notes that events are missing; the next {@link MissedEvents.lookAgain} or {@link MissedEvents.doubt} asks for them. */
  miss(): void;
  /** Checks a message with an unexpected id, the newest of several, against PostgreSQL. */
  doubt(message: EventMessage): void;
};

/**
 * A message to check against PostgreSQL. @property wasPassed whether a later event had been sent when the message
 * arrived
 */
type DoubtedMessage = EventMessage & { wasPassed: boolean };

/** Creates the questions of a feed that PostgreSQL has not answered yet. */
export function createMissedEvents({ stored, messages, database, signal }: MissedEventsParts): MissedEvents {
  const started = Promise.withResolvers<void>();
  let isBehind = true;
  let isAsking = false;
  let doubted: DoubtedMessage | null = null;

  return {
    get isBehind() {
      return isBehind || isAsking;
    },
    started: started.promise,
    lookAgain,
    miss() {
      isBehind = true;
    },
    doubt(message) {
      doubted = { ...message, wasPassed: stored.hasPassed(message.eventId) };
      lookAgain();
    },
  };

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
}
