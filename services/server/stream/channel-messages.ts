// What comes on the channel `observations:new`: parsed, and told in the log where it is dropped.

import { type ParsedMessage, parseMessage } from "../../../shared/observation.ts";
import { describeError } from "../../../shared/service/connection-health.ts";
import type { Log } from "../../../shared/service/log.ts";

/** A message that has a place in the order of events. */
export type EventMessage = { stationId: string; data: string; eventId: bigint };

/** Reads messages and drops those that cannot be sent. */
export type ChannelMessages = {
  /** How many messages were dropped. */
  readonly dropped: number;
  /** Whether somebody else's events were seen. */
  readonly hasOthers: boolean;
  /** Parses a message; `null` for one that does not fit the contract, which is dropped with a line in the log. */
  read(bytes: Buffer): ParsedMessage | null;
  /**
   * Drops an event that PostgreSQL does not know. The first has a line in the log, and no other: another install may publish
   * hundreds of events every few minutes.
   */
  dropOther(message: EventMessage): void;
};

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads the messages of a channel. @param channel its name, for the log */
export function createChannelMessages(channel: string, log: Log): ChannelMessages {
  let dropped = 0;
  let hasOthers = false;

  function drop(text: string, reason: string): void {
    dropped += 1;
    log.warn("dropped a message", { channel, reason, text: text.slice(0, 200) });
  }

  return {
    get dropped() {
      return dropped;
    },
    get hasOthers() {
      return hasOthers;
    },
    read(bytes) {
      try {
        return parseMessage(utf8.decode(bytes));
      } catch (error) {
        // Of bytes that are no UTF-8 listeners would get something else than what was published.
        drop(bytes.toString("latin1"), error instanceof TypeError ? "not UTF-8" : describeError(error));
        return null;
      }
    },
    dropOther({ data, eventId }) {
      if (hasOthers) {
        dropped += 1;
        return;
      }
      hasOthers = true;
      drop(
        data,
        `event ${eventId} is not in the database: another install may use this channel. Give each install its own REDIS_NAMESPACE. Further events of this kind are dropped without a line`,
      );
    },
  };
}
