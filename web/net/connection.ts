// The page's connection to its server: snapshot, stream and retries.

import type { Clock } from "../../shared/clock.ts";
import type { ObservationMessage } from "../../shared/observation.ts";
import * as problemWords from "../words/english/problems.ts";
import { fill } from "../words/message.ts";
import { parseObservation, type Snapshot } from "./answers.ts";
import { loadConditions, streamUrl } from "./api.ts";
import { deadline } from "./deadline.ts";
import { createNewsBoundary, refuseCached } from "./news-boundary.ts";
import type { Place } from "./place.ts";
import { createRetry, type Setback } from "./retry.ts";
import { type OpenSource, openSource, type SourceListener } from "./source.ts";

/** State of the connection. */
export type ConnectionState =
  | { kind: "connecting" }
  | { kind: "live" }
  /** The server accepted the connection but waits for its own database. */
  | { kind: "waiting" }
  /** The connection was lost (`reconnecting`) or the server refused it (`refused`). */
  | Setback;

/** An observation as it arrived. */
export type Arrival = {
  observation: ObservationMessage;
  /** `null` for an event that another program published. */
  eventId: string | null;
  /**
   * Whether the event was stored, as far as known, while the page was disconnected. It updates the conditions but rings
   * no bell.
   */
  replayed: boolean;
};

/** Receives snapshots, observations and state changes of a connection. */
export type StreamListener = {
  onState(state: ConnectionState): void;
  /** Receives the latest values of all stations: at the start, and when the server cannot replay all missed events. */
  onSnapshot(snapshot: Snapshot): void;
  onArrival(arrival: Arrival): void;
};

/** The page's only connection to its server. */
export type Connection = {
  readonly isOpen: boolean;
  /** Connects, and reconnects after each loss, until `signal` aborts. */
  connect(signal: AbortSignal): void;
  close(): void;
};

/**
 * Creates a connection that continues from a place: it loads a snapshot first if the page has none, then opens the
 * stream.
 */
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
      onSilent: () => listener.onState({ kind: "waiting" }),
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
        retryLater(new Error(fill(problemWords.reset, { reason })), signal);
      },
      onLoss: (error) => retryLater(error, signal),
    };
  }

  function retryLater(error: unknown, signal: AbortSignal): void {
    if (!signal.aborted) listener.onState(retry.after(error, () => void connect(signal)));
  }
}
