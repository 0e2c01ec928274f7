// Follows a server's observations across losses: the client for programs in TypeScript, and for the player.

import { type Clock, systemClock } from "../clock.ts";
import type { Snapshot } from "./answers.ts";
import { loadConditions, streamUrl } from "./api.ts";
import { deadline } from "./deadline.ts";
import { UnreachableError } from "./errors.ts";
import { createProgress } from "./progress.ts";
import { createRetry } from "./retry.ts";
import { type OpenSource, openSource, type SourceConstructor } from "./source.ts";
import { streamEvents } from "./stream-events.ts";
import type { StreamListener } from "./stream-listener.ts";

export type { Arrival, ConnectionState, StreamListener } from "./stream-listener.ts";

/** The settings of a client. */
export type StreamOptions = {
  /** The server's URL without a trailing slash. */
  server: string;
  /** The constructor to use: a browser's own, or that of the package `eventsource`. */
  EventSource: SourceConstructor;
  /** Filters `stations` and `bbox` as in a URL. Without a snapshot also `since`; by default, the stream starts now. */
  query?: string;
  /** Upper bound for the delay that `Retry-After` asks for, in ms. Default: an hour. */
  maxRetryMs?: number;
  clock?: Clock;
};

/** Follows a server's stream. */
export type StreamClient = {
  /** Returns whether the stream is open. */
  isOpen(): boolean;
  /** Connects, or reconnects after {@link StreamClient.close}, and continues after the last event. */
  open(): void;
  /** Disconnects, but remembers the last event. */
  close(): void;
  /** Reconnects at once if open: after a sleep of the machine, a connection may be dead without an error. */
  retryNow(): void;
};

const compareEveryMs = 60_000;
const defaultMaxRetryMs = 3_600_000;

/**
 * Creates a client that is not open yet. It receives each event once: with `onSnapshot`, after a snapshot; after a loss,
 * from the last event id. It retries by itself, because an EventSource stops after a refusal and does not report its next
 * attempt. It also finds a dead connection: heartbeats are invisible to an EventSource, so every minute it compares its
 * last event with the server's status.
 */
export function createStreamClient(options: StreamOptions, listener: StreamListener): StreamClient {
  const { server, query = "", clock = systemClock } = options;
  const retry = createRetry(clock, options.maxRetryMs ?? defaultMaxRetryMs);
  const progress = createProgress(server, (status) => listener.onStatus?.(status), clock);
  let session: AbortController | null = null;
  let source: OpenSource | null = null;
  const isOpen = () => source?.isOpen ?? false;
  return { isOpen, open, close, retryNow };

  function open(): void {
    if (session !== null) return;
    session = new AbortController();
    const { signal } = session;
    retry.reset();
    signal.addEventListener(
      "abort",
      clock.every(compareEveryMs, () => void compare(signal)),
    );
    listener.onState({ kind: "connecting" });
    void connect(signal);
    void compare(signal);
  }

  function close(): void {
    session?.abort();
    session = null;
    retry.cancel();
    source?.close();
  }

  function retryNow(): void {
    if (session === null) return;
    close();
    open();
  }

  async function connect(signal: AbortSignal): Promise<void> {
    try {
      progress.begin();
      if (progress.lastEventId === null && listener.onSnapshot) await takeSnapshot(listener.onSnapshot, signal);
      signal.throwIfAborted();
      const url = streamUrl(server, query, progress.lastEventId);
      const connection = { onConnected: retry.reset, onLoss: (error: unknown) => retryLater(error, signal) };
      const events = streamEvents(listener, progress, connection, signal);
      source = openSource(options.EventSource, url, events, signal, clock);
    } catch (error) {
      retryLater(error, signal);
    }
  }

  async function takeSnapshot(onSnapshot: (snapshot: Snapshot) => void, signal: AbortSignal): Promise<void> {
    const snapshot = await loadConditions(server, query, deadline(clock, signal));
    progress.beginAfter(snapshot.lastEventId);
    onSnapshot(snapshot);
    if (snapshot.cachedAtMs !== null) throw new UnreachableError();
  }

  function retryLater(error: unknown, signal: AbortSignal): void {
    if (!signal.aborted) listener.onState(retry.after(error, () => void connect(signal)));
  }

  async function compare(signal: AbortSignal): Promise<void> {
    const isStuck = await progress.isStuck(isOpen, signal);
    if (isStuck && !signal.aborted) retryNow();
  }
}
