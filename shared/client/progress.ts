// How far a client has come in the server's events, compared with the server's status.

import type { Clock } from "../clock.ts";
import type { Status } from "./answers.ts";
import { loadStatus } from "./api.ts";
import { deadline } from "./deadline.ts";
import { RefusedError } from "./errors.ts";

/** The progress of a client. */
export type Progress = {
  /** The last event seen; `null`: none yet. */
  lastEventId: string | null;
  /** Forgets which events were stored before the connection: the client connects again. */
  begin(): void;
  /** Treats all further events as new: a snapshot covers the earlier ones. */
  beginAfter(snapshotEventId: string): void;
  /** Advances to an event. @returns its id; `null` if it has none, so that the EventSource repeats the previous one */
  advance(event: { lastEventId: string }): string | null;
  /** Returns whether an event was stored, as far as known, before the client connected. */
  isReplayed(eventId: string | null): boolean;
  /** Asks the server which events are stored, unless this is known or already asked. */
  learnStored(signal: AbortSignal): void;
  /**
   * Compares with the server's newest event.
   * @param isOpen whether the stream is open when the server has answered
   * @returns whether the client was already behind at the last call and has seen no event since
   */
  isStuck(isOpen: () => boolean, signal: AbortSignal): Promise<boolean>;
};

/**
 * Creates the progress of a client that has seen no event. The stream does not wait for the status: while the server's
 * database is down, the stream stays open and only this request fails. Until the status is known, events count as
 * replayed.
 */
export function createProgress(server: string, onStatus: (status: Status) => void, clock: Clock): Progress {
  /** Events up to this one are replayed; `null`: not known yet. */
  let storedUpTo: bigint | null = null;
  /** The event at which the client was behind; `null`: it was not behind. */
  let behindAt: string | null = null;
  let asking: AbortSignal | null = null;
  const progress: Progress = {
    lastEventId: null,
    begin() {
      storedUpTo = null;
      behindAt = null;
    },
    beginAfter(snapshotEventId) {
      progress.lastEventId = snapshotEventId;
      storedUpTo = 0n;
    },
    advance({ lastEventId }) {
      if (lastEventId === "" || lastEventId === progress.lastEventId) return null;
      progress.lastEventId = lastEventId;
      return lastEventId;
    },
    isReplayed: (eventId) => eventId !== null && (storedUpTo === null || BigInt(eventId) <= storedUpTo),
    learnStored(signal) {
      if (storedUpTo === null && asking !== signal) void askNewest(signal);
    },
    async isStuck(isOpen, signal) {
      const newest = await askNewest(signal);
      const at = isOpen() ? progress.lastEventId : null;
      const isBehind = at !== null && (newest === null || BigInt(newest) > BigInt(at));
      const isStuck = isBehind && at === behindAt;
      behindAt = isBehind ? at : null;
      return isStuck;
    },
  };
  return progress;

  /** Loads the status. @returns the server's newest event; `null` if it does not answer */
  async function askNewest(signal: AbortSignal): Promise<string | null> {
    asking = signal;
    try {
      const status = await loadStatus(server, deadline(clock, signal));
      onStatus(status);
      if (status.cachedAtMs !== null) return null;
      storedUpTo ??= BigInt(status.lastEventId);
      return status.lastEventId;
    } catch (error) {
      // A refusal is an answer, too: a server that waits for its database refuses this request alone.
      return error instanceof RefusedError ? progress.lastEventId : null;
    } finally {
      if (asking === signal) asking = null;
    }
  }
}
