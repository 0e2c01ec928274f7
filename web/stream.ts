import type { ObservationMessage } from "../shared/observation.ts";
import {
  askWhyRefused,
  type CachedAt,
  loadConditions,
  loadStatus,
  parseObservation,
  RefusedError,
  type Snapshot,
  streamUrl,
} from "./api.ts";

/** How the connection stands. Times are of `performance.now()`. */
export type ConnectionState =
  | { kind: "connecting" }
  | { kind: "live" }
  /** It was lost (`reconnecting`) or the server said no (`refused`), and is tried again unless `retryAtMs` is `null`. */
  | { kind: "reconnecting" | "refused"; reason: string; retryAtMs: number | null };

/** An observation as it arrived. */
export type Arrival = {
  observation: ObservationMessage;
  /** `null` when another program published it. */
  eventId: string | null;
  /** It was stored while the page was not connected: it belongs to the sea, but is no news. */
  replayed: boolean;
};

export type StreamListener = {
  onState(state: ConnectionState): void;
  /** What each station measured last: at the start, and whenever too much was missed to be sent one by one. */
  onSnapshot(snapshot: Snapshot): void;
  onArrival(arrival: Arrival): void;
};

/** A server that is followed. */
export type Stream = {
  /** Begins, or goes on after {@link Stream.close}. */
  open(): void;
  /** Lets go of the connection, but remembers where it was. */
  close(): void;
  /** Ends the wait for the next attempt, if there is one. */
  retryNow(): void;
};

const firstRetryMs = 1_000;
const longestRetryMs = 30_000;

/**
 * Follows a server's observations through every interruption, each event exactly once: a snapshot first, then a stream
 * from the snapshot's event id, and after a loss from the last id seen.
 * It retries by itself, since an EventSource gives up for good on a refusal and does not tell when it tries again.
 */
export function createStream(server: string, listener: StreamListener): Stream {
  let session: AbortController | null = null;
  let source: EventSource | null = null;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  /** `null`: a snapshot must come first. */
  let lastEventId: string | null = null;
  /** Events up to this one were stored before the connection was asked for. */
  let replayedUpTo = 0n;

  return { open, close, retryNow };

  function open(): void {
    if (session !== null) return;
    session = new AbortController();
    attempt = 0;
    listener.onState({ kind: "connecting" });
    watchPolicy(session.signal);
    void connect(session.signal);
  }

  function close(): void {
    session?.abort();
    session = null;
    clearTimeout(retryTimer);
    retryTimer = undefined;
    source?.close();
  }

  function retryNow(): void {
    if (retryTimer === undefined) return;
    close();
    open();
  }

  async function connect(signal: AbortSignal): Promise<void> {
    try {
      if (lastEventId === null) {
        const snapshot = await loadConditions(server, signal);
        lastEventId = snapshot.lastEventId;
        replayedUpTo = 0n;
        listener.onSnapshot(snapshot);
        refuseCached(snapshot);
      } else {
        const status = await loadStatus(server, signal);
        refuseCached(status);
        replayedUpTo = BigInt(status.lastEventId);
      }
      listen(streamUrl(server, lastEventId), signal);
    } catch (error) {
      retryLater(error, signal);
    }
  }

  function listen(url: string, signal: AbortSignal): void {
    signal.throwIfAborted();
    const opened = new EventSource(url);
    source = opened;
    opened.addEventListener("connection", (event: MessageEvent<string>) => {
      attempt = 0;
      takeEventId(event);
      listener.onState({ kind: "live" });
    });
    opened.addEventListener("observation", (event: MessageEvent<string>) => {
      const eventId = takeEventId(event);
      const observation = parseObservation(event.data);
      const replayed = eventId !== null && BigInt(eventId) <= replayedUpTo;
      if (observation) listener.onArrival({ observation, eventId, replayed });
    });
    opened.addEventListener("reset", () => {
      opened.close();
      lastEventId = null;
      retryLater(new Error("too much was missed, the newest reports are loaded again"), signal);
    });
    opened.addEventListener("error", async () => {
      const refused = opened.readyState === EventSource.CLOSED;
      opened.close();
      const lost = new Error("the connection was lost");
      retryLater(refused ? await askWhyRefused(url, signal).catch((error) => error) : lost, signal);
    });
  }

  /** @returns the event's own id: an event without one shows that of the event before it */
  function takeEventId(event: MessageEvent): string | null {
    if (event.lastEventId === "" || event.lastEventId === lastEventId) return null;
    lastEventId = event.lastEventId;
    return lastEventId;
  }

  /** A policy that forbids this server forbids it for good, and the browser tells nobody else why a request failed. */
  function watchPolicy(signal: AbortSignal): void {
    const forbid = ({ effectiveDirective, blockedURI }: SecurityPolicyViolationEvent) => {
      if (effectiveDirective !== "connect-src" || !blockedURI.startsWith(`${new URL(server).origin}/`)) return;
      close();
      listener.onState({ kind: "refused", reason: forbiddenServer, retryAtMs: null });
    };
    globalThis.document?.addEventListener("securitypolicyviolation", forbid, { signal });
  }

  function retryLater(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    const asked = error instanceof RefusedError ? error.retryAfterMs : null;
    const waitMs = (asked ?? Math.min(firstRetryMs * 2 ** attempt, longestRetryMs)) * (1 + Math.random() / 4);
    attempt++;
    listener.onState({
      kind: error instanceof RefusedError ? "refused" : "reconnecting",
      reason: describe(error),
      retryAtMs: performance.now() + waitMs,
    });
    retryTimer = setTimeout(() => {
      retryTimer = undefined;
      void connect(signal);
    }, waitMs);
  }
}

const forbiddenServer =
  "the host of this page lets it ask no other server: to use ?server=, open the player from a static host";

/** @throws {TypeError} as if there were no service worker that answers in the server's place */
function refuseCached({ cachedAtMs }: { cachedAtMs: CachedAt }): void {
  if (cachedAtMs !== null) throw new TypeError("answered from the cache");
}

/** A browser's own words for a failed fetch differ and say little. */
function describe(error: unknown): string {
  if (error instanceof TypeError) {
    return navigator.onLine === false ? "this device is offline" : "the server cannot be reached";
  }
  return error instanceof Error ? error.message : String(error);
}
