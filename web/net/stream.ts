// Follows the server's event stream across losses.

import type { Clock } from "../../shared/clock.ts";
import * as problemWords from "../words/english/problems.ts";
import { createConnection, type StreamListener } from "./connection.ts";
import { createPlace } from "./place.ts";

/** A server's event stream. */
export type Stream = {
  /** Connects, or reconnects after {@link Stream.close}. */
  open(): void;
  /** Closes the connection, but remembers its place. */
  close(): void;
  /** Reconnects at once: the connection may be dead without an error, e.g. after a sleep of the machine. */
  renew(): void;
  /**
   * Reconnects if the stream has not advanced since the last call although the server has newer events. A page receives
   * no heartbeats, because they are SSE comments, so a dead stream looks like a quiet one.
   * @param newestEventId the server's newest event, requested beside the stream; `null` if the server did not answer
   */
  compare(newestEventId: string | null): void;
};

/**
 * Follows a server's observations across losses, each event exactly once: a snapshot first, then a stream from the
 * snapshot's event id, and after a loss from the last id seen. It retries by itself, because an EventSource stops after
 * a refusal and does not report its next attempt.
 */
export function createStream(server: string, listener: StreamListener, clock: Clock): Stream {
  let session: AbortController | null = null;
  const place = createPlace();
  const connection = createConnection(server, place, listener, clock);
  return { open, close, renew, compare };

  function open(): void {
    if (session !== null) return;
    session = new AbortController();
    place.catchUp();
    listener.onState({ kind: "connecting" });
    watchPolicy(server, session.signal, () => {
      close();
      listener.onState({ kind: "refused", reason: problemWords.forbiddenServer, retryAtMs: null });
    });
    connection.connect(session.signal);
  }

  function close(): void {
    session?.abort();
    session = null;
    connection.close();
  }

  function renew(): void {
    if (session === null) return;
    close();
    open();
  }

  function compare(newestEventId: string | null): void {
    if (place.staysBehind(newestEventId, connection.isOpen)) renew();
  }
}

/**
 * Stops for good when the page's policy forbids this server: only the `securitypolicyviolation` event reports why a
 * request failed.
 */
function watchPolicy(server: string, signal: AbortSignal, onForbidden: () => void): void {
  const forbid = ({ effectiveDirective, blockedURI }: SecurityPolicyViolationEvent) => {
    const isOurs = effectiveDirective === "connect-src" && blockedURI.startsWith(`${new URL(server).origin}/`);
    if (isOurs) onForbidden();
  };
  globalThis.document?.addEventListener("securitypolicyviolation", forbid, { signal });
}
