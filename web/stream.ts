import type { ObservationMessage } from "../shared/observation.ts";
import { askWhyRefused, loadLatest, parseObservation, RefusedError, streamUrl } from "./api.ts";

/** How the connection stands. Times are of `performance.now()`. */
export type ConnectionState =
  | { kind: "connecting" }
  | { kind: "live" }
  /** It was lost (`reconnecting`) or the server said no (`refused`), and is tried again unless `retryAtMs` is `null`. */
  | { kind: "reconnecting" | "refused"; reason: string; retryAtMs: number | null };

/** An observation as it arrived; without an event id when another program published it. */
export type Arrival = { observation: ObservationMessage; eventId: string | null };

export type StreamListener = {
  onState(state: ConnectionState): void;
  /** The newest observation of each station: at the start, and whenever too much was missed to be sent one by one. */
  onSnapshot(observations: ObservationMessage[]): void;
  onArrival(arrival: Arrival): void;
};

const firstRetryMs = 1_000;
const longestRetryMs = 30_000;

/**
 * Follows a server's observations through every interruption, each event exactly once: a snapshot first, then a stream
 * from the snapshot's event id, and after a loss from the last id seen.
 * It retries by itself, since an EventSource gives up for good on a refusal and does not tell when it tries again.
 */
export function createStream(server: string, listener: StreamListener) {
  let session: AbortController | null = null;
  let source: EventSource | null = null;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  /** `null`: a snapshot must come first. */
  let lastEventId: string | null = null;

  return { open, close, retryNow };

  /** Begins, or goes on after {@link close}. */
  function open(): void {
    if (session !== null) return;
    session = new AbortController();
    attempt = 0;
    listener.onState({ kind: "connecting" });
    void connect(session.signal);
  }

  /** Lets go of the connection, but remembers where it was. */
  function close(): void {
    session?.abort();
    session = null;
    clearTimeout(retryTimer);
    retryTimer = undefined;
    source?.close();
  }

  /** Ends the wait for the next attempt, if there is one. */
  function retryNow(): void {
    if (retryTimer === undefined) return;
    close();
    open();
  }

  async function connect(signal: AbortSignal): Promise<void> {
    try {
      if (lastEventId === null) {
        const latest = await loadLatest(server, signal);
        lastEventId = latest.lastEventId;
        listener.onSnapshot(latest.observations);
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
      if (observation) listener.onArrival({ observation, eventId });
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

/** A browser's own words for a failed fetch differ and say little. */
function describe(error: unknown): string {
  if (error instanceof TypeError) return "the server cannot be reached";
  return error instanceof Error ? error.message : String(error);
}
