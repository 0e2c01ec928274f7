// A single EventSource connection to the stream.

import type { Clock } from "../clock.ts";
import { askWhyRefused } from "./api.ts";
import { deadline, overdue, requestMs } from "./deadline.ts";
import { ConnectionError, UnreachableError } from "./errors.ts";

/** The parts of an `EventSource` that the client uses: a browser's own, or that of the package `eventsource`. */
type Source = {
  readonly readyState: number;
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void;
  close(): void;
};

/** The constructor of an `EventSource`. */
export type SourceConstructor = new (url: string) => Source;

/** Receives the events of one EventSource connection. */
export type SourceListener = {
  /** Called when the server has accepted the connection but sends no event. */
  onSilent(): void;
  /** Called when the stream is open. */
  onConnection(event: MessageEvent<string>): void;
  onObservation(event: MessageEvent<string>): void;
  /** Called when the server reports that it is there, and up to which event its filter excluded all. */
  onHeartbeat(event: MessageEvent<string>): void;
  /** Called when the server cannot replay all missed events; the source is closed. */
  onReset(event: MessageEvent<string>): void;
  /** Called when the browser or the server has closed the source. @param error the cause */
  onLoss(error: unknown): void;
};

/** A stream that was opened once. */
export type OpenSource = { readonly isOpen: boolean; close(): void };

/** A healthy server sends its first event at once; this is the time limit for it. */
const silentMs = 1_000;
/** Values of `readyState`. */
const [open, closed] = [1, 2];

/**
 * Opens a stream once. It reports a silent server, and requests the reason for a refusal, since an EventSource does not
 * report it.
 * @param signal aborts that request
 */
export function openSource(
  EventSource: SourceConstructor,
  url: string,
  listener: SourceListener,
  signal: AbortSignal,
  clock: Clock,
): OpenSource {
  const source = new EventSource(url);
  let wasOpen = false;
  let endSilence = clock.after(requestMs, () => {
    source.close();
    listener.onLoss(overdue());
  });
  source.addEventListener("open", () => {
    endSilence();
    endSilence = clock.after(silentMs, listener.onSilent);
  });
  source.addEventListener("connection", (event) => {
    endSilence();
    wasOpen = true;
    listener.onConnection(event);
  });
  source.addEventListener("observation", listener.onObservation);
  source.addEventListener("heartbeat", listener.onHeartbeat);
  source.addEventListener("reset", (event) => {
    endSilence();
    source.close();
    listener.onReset(event);
  });
  source.addEventListener("error", async () => {
    endSilence();
    const refused = source.readyState === closed;
    source.close();
    const lost = wasOpen ? new ConnectionError("lost") : new UnreachableError();
    listener.onLoss(refused ? await askWhyRefused(url, deadline(clock, signal)).catch((error) => error) : lost);
  });
  return {
    get isOpen() {
      return source.readyState === open;
    },
    close() {
      endSilence();
      source.close();
    },
  };
}
