// Parses messages of the Redis channel `observations:new`; logs and drops invalid ones.

import { type Clock, systemClock } from "../../../../shared/clock.ts";
import { describeError } from "../../../../shared/connections/connection-health.ts";
import { type ParsedMessage, parseMessage } from "../../../../shared/observation.ts";
import type { Log } from "../../../../shared/process/log.ts";

/** A message with an event id. */
export type EventMessage = { stationId: string; data: string; eventId: bigint };

/** Parses messages and drops those that cannot be sent. */
export type ChannelMessages = {
  /** Number of dropped messages. */
  readonly dropped: number;
  /** Whether events of another install arrived. */
  readonly hasOthers: boolean;
  /** Parses a message. Drops an invalid one and returns `null`; of many in a short time, only some are logged. */
  read(bytes: Buffer): ParsedMessage | null;
  /**
   * Drops an event that PostgreSQL does not know. Only the first is logged, since another install may publish hundreds
   * of events every few minutes.
   */
  dropOther(message: EventMessage): void;
};

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Max log lines about dropped messages within {@link logWindowMs}. */
const maxLines = 20;
const logWindowMs = 10_000;

/** Creates the parser of a channel. @param channel its name, for the log */
export function createChannelMessages(channel: string, log: Log, clock: Clock = systemClock): ChannelMessages {
  let dropped = 0;
  let unlogged = 0;
  let lines = 0;
  let windowEndsAtMs = 0;
  let hasOthers = false;

  function drop(text: string, reason: string): void {
    dropped += 1;
    if (clock.monotonicMs() >= windowEndsAtMs) {
      windowEndsAtMs = clock.monotonicMs() + logWindowMs;
      lines = 0;
    }
    lines += 1;
    // Another program may send thousands per second.
    if (lines > maxLines) {
      unlogged += 1;
      return;
    }
    log.warn("dropped a message", {
      code: "invalid_message",
      channel,
      reason,
      text: text.slice(0, 200),
      ...(unlogged > 0 && { unlogged }),
    });
    unlogged = 0;
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
      dropped += 1;
      if (hasOthers) return;
      hasOthers = true;
      const reason = `event ${eventId} is not in the database: another install may use this channel. Give each install its own REDIS_NAMESPACE. Further events of this kind are dropped without a line`;
      log.warn("dropped a message", { code: "unknown_event", channel, reason, text: data.slice(0, 200) });
    },
  };
}
