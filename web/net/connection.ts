import type { Clock } from "../../shared/clock.ts";
import type { ObservationMessage } from "../../shared/observation.ts";
import { parseObservation, type Snapshot } from "./answers.ts";
import { loadConditions, streamUrl } from "./api.ts";
import { deadline } from "./deadline.ts";
import { createNewsBoundary, refuseCached } from "./news-boundary.ts";
import type { Place } from "./place.ts";
import { createRetry, type Setback } from "./retry.ts";
import { type OpenSource, openSource, type SourceListener } from "./source.ts";

/** How the connection stands. */
export type ConnectionState =
  | { kind: "connecting" }
  | { kind: "live" }
  /** The server has taken the connection, but has nothing to say: it waits for its own database. */
  | { kind: "waiting" }
  /** It was lost (`reconnecting`) or the server said no (`refused`). */
  | Setback;

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

/** The page's one connection to its server. */
export type Connection = {
  readonly isOpen: boolean;
  /** Connects until `signal` aborts, again after each loss. */
  connect(signal: AbortSignal): void;
  close(): void;
};

/** Makes a connection that goes on from a place: a snapshot first where the page has none, then the stream. */
export function createConnection(server: string, place: Place, listener: StreamListener, clock: Clock): Connection {
  let source: OpenSource | null = null;
  const retry = createRetry(clock);
  const news = createNewsBoundary(server, clock);

  return {
    get isOpen() {
      return source?.isOpen ?? false;
    },
    connect(signal) {
      retry.reset();
      void connect(signal);
    },
    close() {
      retry.cancel();
      source?.close();
    },
  };

  async function connect(signal: AbortSignal): Promise<void> {
    try {
      if (place.eventId === null) await takeSnapshot(signal);
      else news.forget();
      signal.throwIfAborted();
      source = openSource(streamUrl(server, place.eventId ?? ""), sourceListener(signal), signal, clock);
    } catch (error) {
      retryLater(error, signal);
    }
  }

  async function takeSnapshot(signal: AbortSignal): Promise<void> {
    const snapshot = await loadConditions(server, deadline(clock, signal));
    place.eventId = snapshot.lastEventId;
    news.begin();
    listener.onSnapshot(snapshot);
    refuseCached(snapshot);
  }

  function sourceListener(signal: AbortSignal): SourceListener {
    return {
      onSpeechless: () => listener.onState({ kind: "waiting" }),
      onConnection(message) {
        retry.reset();
        place.take(message);
        listener.onState({ kind: "live" });
        void news.ask(signal);
      },
      onObservation(message) {
        const eventId = place.take(message);
        const observation = parseObservation(message.data);
        void news.ask(signal);
        if (observation) listener.onArrival({ observation, eventId, replayed: news.isMissed(eventId) });
      },
      onReset(reason) {
        place.eventId = null;
        retryLater(new Error(`${reason}; the newest reports are loaded again`), signal);
      },
      onLoss: (error) => retryLater(error, signal),
    };
  }

  function retryLater(error: unknown, signal: AbortSignal): void {
    if (!signal.aborted) listener.onState(retry.after(error, () => void connect(signal)));
  }
}
