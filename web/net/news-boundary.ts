import type { Clock } from "../../shared/clock.ts";
import type { CachedAt } from "./answers.ts";
import { loadStatus } from "./api.ts";
import { deadline } from "./deadline.ts";

/** Where what was missed ends and news begins. */
type NewsBoundary = {
  /** Forgets it: the connection was lost, and what is stored meanwhile is missed. */
  forget(): void;
  /** All that comes is news: a snapshot holds what was before. */
  begin(): void;
  /** Asks the server for it, unless it is known or asked for already. */
  ask(signal: AbortSignal): Promise<void>;
  /** Returns whether an event was missed, as far as is known. @param eventId `null` when another program published it */
  isMissed(eventId: string | null): boolean;
};

/**
 * Knows which events were stored before the connection stood. The stream does not wait for it: while the server's database
 * is away it stands, and only this is refused. Until it is known, what comes is taken for missed; nothing of it is lost,
 * only its bell.
 */
export function createNewsBoundary(server: string, clock: Clock): NewsBoundary {
  /** Events up to this one are missed; `null`: that is still to be asked. */
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
        // It is asked again with the next event.
      }
      asking = false;
    },
    isMissed: (eventId) => eventId !== null && (missedUpTo === null || BigInt(eventId) <= missedUpTo),
  };
}

/** Refuses what a service worker answers in the server's place. @throws {TypeError} as if there were none */
export function refuseCached({ cachedAtMs }: { cachedAtMs: CachedAt }): void {
  if (cachedAtMs !== null) throw new TypeError("answered from the cache");
}
