import type { Clock } from "../../shared/clock.ts";
import { askWhyRefused } from "./api.ts";
import { deadline, overdue, requestMs } from "./deadline.ts";

/** What an EventSource of bellbuoy's stream reports. */
export type SourceListener = {
  /** The server has taken the connection and says nothing. */
  onSpeechless(): void;
  /** The stream stands. */
  onConnection(event: MessageEvent<string>): void;
  onObservation(event: MessageEvent<string>): void;
  /** What was missed cannot be sent one by one. The source is closed. @param reason why, in the server's words */
  onReset(reason: string): void;
  /** The source is closed, of itself or by the server. @param error why */
  onLoss(error: unknown): void;
};

/** A stream that was opened once. */
export type OpenSource = { readonly isOpen: boolean; close(): void };

/** A server that can speak does so at once. */
const speechlessMs = 1_000;

/**
 * Opens a stream once. It reports the silence of a server, and asks why it was refused, since an EventSource does not say.
 * @param signal ends what is asked
 */
export function openSource(url: string, listener: SourceListener, signal: AbortSignal, clock: Clock): OpenSource {
  const source = new EventSource(url);
  let stood = false;
  let endSilence = clock.after(requestMs, () => {
    source.close();
    listener.onLoss(overdue());
  });
  source.addEventListener("open", () => {
    endSilence();
    endSilence = clock.after(speechlessMs, listener.onSpeechless);
  });
  source.addEventListener("connection", (event: MessageEvent<string>) => {
    endSilence();
    stood = true;
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
    const lost = stood ? new Error("the connection was lost") : new TypeError("no connection");
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
    return "too much was missed";
  }
}
