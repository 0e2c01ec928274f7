// Separates missed events, which ring no bell, from news.

import type { Clock } from "../../shared/clock.ts";
import { type CachedAt, UnreachableError } from "./answers.ts";
import { loadStatus } from "./api.ts";
import { deadline } from "./deadline.ts";

/** The boundary between missed events and news. */
type NewsBoundary = {
  /** Forgets the boundary after a lost connection: events stored meanwhile are missed. */
  forget(): void;
  /** Treats all further events as news: a snapshot covers the earlier ones. */
  begin(): void;
  /** Requests the boundary from the server, unless it is known or already requested. */
  ask(signal: AbortSignal): Promise<void>;
  /**
   * Returns whether an event was missed, as far as known.
   * @param eventId `null` for an event that another program published
   */
  isMissed(eventId: string | null): boolean;
};

/**
 * Finds out which events were stored before the connection opened. The stream does not wait for this request: while the
 * server's database is down, the stream stays open and only this request fails. Until the boundary is known, events
 * count as missed. Their data is kept; only their bells do not ring.
 */
export function createNewsBoundary(server: string, clock: Clock): NewsBoundary {
  /** Events up to this one are missed; `null`: not known yet. */
  let missedUpTo: bigint | null = 0n;
  let asking = false;

  return {
    forget() {
      missedUpTo = null;
    },
    begin() {
      missedUpTo = 0n;
    },
    async ask(signal) {
      if (missedUpTo !== null || asking) return;
      asking = true;
      try {
        const status = await loadStatus(server, deadline(clock, signal));
        refuseCached(status);
        if (!signal.aborted) missedUpTo = BigInt(status.lastEventId);
      } catch {
        // The next event requests it again.
      }
      asking = false;
    },
    isMissed: (eventId) => eventId !== null && (missedUpTo === null || BigInt(eventId) <= missedUpTo),
  };
}

/** Rejects an answer from the service worker's cache. @throws {UnreachableError} */
export function refuseCached({ cachedAtMs }: { cachedAtMs: CachedAt }): void {
  if (cachedAtMs !== null) throw new UnreachableError();
}
