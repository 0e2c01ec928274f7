// Parses messages of the Redis channel `observations:new`; logs and drops invalid ones.

import { type ParsedMessage, parseMessage } from "../../../shared/observation.ts";
import { describeError } from "../../../shared/service/connection-health.ts";
import type { Log } from "../../../shared/service/log.ts";

/** A message with an event id. */
export type EventMessage = { stationId: string; data: string; eventId: bigint };

/** Parses messages and drops those that cannot be sent. */
export type ChannelMessages = {
  /** Number of dropped messages. */
  readonly dropped: number;
  /** Whether events of another install arrived. */
  readonly hasOthers: boolean;
  /** Parses a message. Logs and drops an invalid one and returns `null`. */
  read(bytes: Buffer): ParsedMessage | null;
  /**
   * Drops an event that PostgreSQL does not know. Only the first is logged, since another install may publish hundreds
   * of events every few minutes.
   */
  dropOther(message: EventMessage): void;
};

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Creates the parser of a channel. @param channel its name, for the log */
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
        // Invalid UTF-8 would reach listeners as other bytes than the published ones.
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
