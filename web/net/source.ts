// A single EventSource connection to the stream.

import type { Clock } from "../../shared/clock.ts";
import * as problemWords from "../words/english/problems.ts";
import { askWhyRefused } from "./api.ts";
import { deadline, overdue, requestMs } from "./deadline.ts";

/** Receives the events of one EventSource connection. */
export type SourceListener = {
  /** Called when the server has accepted the connection but sends no event. */
  onSilent(): void;
  /** Called when the stream is open. */
  onConnection(event: MessageEvent<string>): void;
  onObservation(event: MessageEvent<string>): void;
  /**
   * Called when the server cannot replay all missed events; the source is closed.
   * @param reason the server's message
   */
  onReset(reason: string): void;
  /** Called when the browser or the server has closed the source. @param error the cause */
  onLoss(error: unknown): void;
};

/** A stream that was opened once. */
export type OpenSource = { readonly isOpen: boolean; close(): void };

/** A healthy server sends its first event at once; this is the time limit for it. */
const silentMs = 1_000;

/**
 * Opens a stream once. It reports a silent server, and requests the reason for a refusal, since an EventSource does not
 * report it.
 * @param signal aborts that request
 */
export function openSource(url: string, listener: SourceListener, signal: AbortSignal, clock: Clock): OpenSource {
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
  source.addEventListener("connection", (event: MessageEvent<string>) => {
    endSilence();
    wasOpen = true;
    listener.onConnection(event);
  });
  source.addEventListener("observation", listener.onObservation);
  source.addEventListener("reset", ({ data }: MessageEvent<string>) => {
    endSilence();
    source.close();
    listener.onReset(resetReason(data));
  });
  source.addEventListener("error", async () => {
    endSilence();
    const refused = source.readyState === EventSource.CLOSED;
    source.close();
    const lost = wasOpen ? new Error(problemWords.lost) : new TypeError("no connection");
    listener.onLoss(refused ? await askWhyRefused(url, deadline(clock, signal)).catch((error) => error) : lost);
  });
  return {
    get isOpen() {
      return source.readyState === EventSource.OPEN;
    },
    close() {
      endSilence();
      source.close();
    },
  };
}

function resetReason(data: string): string {
  try {
    return String(JSON.parse(data).reason);
  } catch {
    return problemWords.missed;
  }
}
