import type { Clock } from "../shared/clock.ts";
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

/** How the connection stands. Times are of {@link Clock.monotonicMs}. */
export type ConnectionState =
  | { kind: "connecting" }
  | { kind: "live" }
  /** The server has taken the connection, but has nothing to say: it waits for its own database. */
  | { kind: "waiting" }
  /** It was lost (`reconnecting`) or the server said no (`refused`), and is tried again unless `retryAtMs` is `null`. */
  | { kind: "reconnecting" | "refused"; reason: string; retryAtMs: number | null };

/** An observation as it arrived. */
export type Arrival = {
  observation: ObservationMessage;
  /** `null` when another program published it. */
  eventId: string | null;
  /** It was stored while the page was not connected, as far as is known: it belongs to the sea, but is no news. */
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
  /** Connects anew at once: the connection may be dead without a word, as after a sleep of the machine. */
  renew(): void;
  /**
   * Connects anew if the stream has not come further since the last call, though it should have: its heartbeats are
   * comments, which no page is told of, so that a stream that died without a word looks like a quiet one.
   * @param newestEventId the server's, asked for beside the stream; `null` where it did not answer
   */
  compare(newestEventId: string | null): void;
};

const firstRetryMs = 1_000;
const longestRetryMs = 30_000;
/** A server that can speak does so at once. */
const speechlessMs = 1_000;
/** What has not answered by then will not. */
const requestMs = 20_000;

/**
 * Follows a server's observations through every interruption, each event exactly once: a snapshot first, then a stream
 * from the snapshot's event id, and after a loss from the last id seen.
 * It retries by itself, since an EventSource gives up for good on a refusal and does not tell when it tries again.
 */
export function createStream(server: string, listener: StreamListener, clock: Clock): Stream {
  let session: AbortController | null = null;
  let source: EventSource | null = null;
  let cancelRetry: (() => void) | undefined;
  let endSilence: (() => void) | undefined;
  let attempt = 0;
  /** `null`: a snapshot must come first. */
  let lastEventId: string | null = null;
  /** Events up to this one were stored before the connection stood; `null`: that is still to be asked. */
  let replayedUpTo: bigint | null = 0n;
  let asking = false;
  /** Where the stream stood when it was found behind; `null`: it was not. */
  let behindAt: string | null = null;

  return { open, close, renew, compare };

  function open(): void {
    if (session !== null) return;
    session = new AbortController();
    attempt = 0;
    behindAt = null;
    listener.onState({ kind: "connecting" });
    watchPolicy(session.signal);
    void connect(session.signal);
  }

  function close(): void {
    session?.abort();
    session = null;
    cancelRetry?.();
    endSilence?.();
    source?.close();
  }

  function renew(): void {
    if (session === null) return;
    close();
    open();
  }

  function compare(newestEventId: string | null): void {
    const at = source?.readyState === EventSource.OPEN ? lastEventId : null;
    const isBehind = at !== null && (newestEventId === null || BigInt(newestEventId) > BigInt(at));
    if (isBehind && at === behindAt) renew();
    else behindAt = isBehind ? at : null;
  }

  async function connect(signal: AbortSignal): Promise<void> {
    try {
      if (lastEventId === null) {
        const snapshot = await loadConditions(server, deadline(clock, signal));
        lastEventId = snapshot.lastEventId;
        replayedUpTo = 0n;
        listener.onSnapshot(snapshot);
        refuseCached(snapshot);
      } else replayedUpTo = null;
      listen(streamUrl(server, lastEventId), signal);
    } catch (error) {
      retryLater(error, signal);
    }
  }

  /**
   * Where what was missed ends and news begins. The stream does not wait for it: while the server's database is away it
   * stands, and only this is refused. Until it is known, what comes is taken for missed; nothing of it is lost, only its bell.
   */
  async function askWhereNewsBegins(signal: AbortSignal): Promise<void> {
    if (replayedUpTo !== null || asking) return;
    asking = true;
    try {
      const status = await loadStatus(server, deadline(clock, signal));
      refuseCached(status);
      if (!signal.aborted) replayedUpTo = BigInt(status.lastEventId);
    } catch {
      // It is asked again with the next event.
    }
    asking = false;
  }

  function isReplayed(eventId: string | null, signal: AbortSignal): boolean {
    void askWhereNewsBegins(signal);
    return eventId !== null && (replayedUpTo === null || BigInt(eventId) <= replayedUpTo);
  }

  function listen(url: string, signal: AbortSignal): void {
    signal.throwIfAborted();
    const opened = new EventSource(url);
    source = opened;
    let stood = false;
    endSilence = clock.after(requestMs, () => {
      opened.close();
      retryLater(overdue(), signal);
    });
    opened.addEventListener("open", () => {
      endSilence?.();
      endSilence = clock.after(speechlessMs, () => listener.onState({ kind: "waiting" }));
    });
    opened.addEventListener("connection", (event: MessageEvent<string>) => {
      endSilence?.();
      attempt = 0;
      stood = true;
      takeEventId(event);
      listener.onState({ kind: "live" });
      void askWhereNewsBegins(signal);
    });
    opened.addEventListener("observation", (event: MessageEvent<string>) => {
      const eventId = takeEventId(event);
      const observation = parseObservation(event.data);
      const replayed = isReplayed(eventId, signal);
      if (observation) listener.onArrival({ observation, eventId, replayed });
    });
    opened.addEventListener("reset", (event: MessageEvent<string>) => {
      endSilence?.();
      opened.close();
      lastEventId = null;
      retryLater(new Error(`${resetReason(event.data)}; the newest reports are loaded again`), signal);
    });
    opened.addEventListener("error", async () => {
      endSilence?.();
      const refused = opened.readyState === EventSource.CLOSED;
      opened.close();
      const lost = stood ? new Error("the connection was lost") : new TypeError("no connection");
      retryLater(refused ? await askWhyRefused(url, deadline(clock, signal)).catch((error) => error) : lost, signal);
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
      retryAtMs: clock.monotonicMs() + waitMs,
    });
    cancelRetry = clock.after(waitMs, () => void connect(signal));
  }
}

const forbiddenServer =
  "the host of this page lets it ask no other server: to use ?server=, open the player from a static host";

/** Aborts as `signals` do, or when a request has waited for its answer for too long. */
export function deadline(clock: Clock, ...signals: AbortSignal[]): AbortSignal {
  const tooLong = new AbortController();
  clock.after(requestMs, () => tooLong.abort(overdue()));
  return AbortSignal.any([tooLong.signal, ...signals]);
}

function overdue(): Error {
  return new Error("the server does not answer");
}

/** @throws {TypeError} as if there were no service worker that answers in the server's place */
function refuseCached({ cachedAtMs }: { cachedAtMs: CachedAt }): void {
  if (cachedAtMs !== null) throw new TypeError("answered from the cache");
}

/** Why the server begins anew, in its words. */
function resetReason(data: string): string {
  try {
    return String(JSON.parse(data).reason);
  } catch {
    return "too much was missed";
  }
}

/** A browser's own words for a failed fetch differ and say little. */
function describe(error: unknown): string {
  if (error instanceof TypeError) {
    return navigator.onLine === false ? "this device is offline" : "the server cannot be reached";
  }
  return error instanceof Error ? error.message : String(error);
}
