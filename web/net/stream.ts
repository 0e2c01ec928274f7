import type { Clock } from "../../shared/clock.ts";
import { createConnection, type StreamListener } from "./connection.ts";
import { createPlace } from "./place.ts";

/** A server that is followed. */
export type Stream = {
  /** Begins, or goes on after {@link Stream.close}. */
  open(): void;
  /** Lets go of the connection, but remembers where it was. */
  close(): void;
  /** Connects again at once: the connection may be dead without a word, as after a sleep of the machine. */
  renew(): void;
  /**
   * Connects again if the stream has not come further since the last call, though it should have: its heartbeats are
   * comments, which no page receives, so that a stream that died without a word looks like a quiet one.
   * @param newestEventId the server's, asked for beside the stream; `null` where it did not answer
   */
  compare(newestEventId: string | null): void;
};

/**
 * Follows a server's observations through every interruption, each event exactly once: a snapshot first, then a stream
 * from the snapshot's event id, and after a loss from the last id seen.
 * It retries by itself, since an EventSource gives up for good on a refusal and does not tell when it tries again.
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
      listener.onState({ kind: "refused", reason: forbiddenServer, retryAtMs: null });
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

const forbiddenServer =
  "the host of this page lets it ask no other server: to use ?server=, open the player from a static host";

/** A policy that forbids this server forbids it for good, and the browser tells nobody else why a request failed. */
function watchPolicy(server: string, signal: AbortSignal, onForbidden: () => void): void {
  const forbid = ({ effectiveDirective, blockedURI }: SecurityPolicyViolationEvent) => {
    const isOurs = effectiveDirective === "connect-src" && blockedURI.startsWith(`${new URL(server).origin}/`);
    if (isOurs) onForbidden();
  };
  globalThis.document?.addEventListener("securitypolicyviolation", forbid, { signal });
}
