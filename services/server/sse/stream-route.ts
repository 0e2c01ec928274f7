import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { type Link, untilUp } from "../../../shared/link.ts";
import type { Log } from "../../../shared/log.ts";
import type { Sql } from "../../../shared/sql.ts";
import type { Feed } from "../feed.ts";
import { readEvents } from "../queries.ts";
import type { Broadcast, Listener } from "./broadcast.ts";
import { type Filter, parseFilter } from "./filter.ts";
import {
  connectionBlock,
  encodeFrames,
  heartbeatComment,
  heartbeatId,
  resetBlock,
  retryBlock,
  storedFrame,
} from "./frames.ts";
import { createOutbox } from "./outbox.ts";
import { findBeginning, parseWish, type Wish } from "./resume.ts";

/** What a listener may leave unread before its stream is ended: several bursts of 900 events. */
export const maxBacklogBytes = 1024 * 1024;
/** Rows of one page of a replay: enough to be quick, and far below what a listener may leave unread. */
const pageRows = 500;
/** While the database is away, streams that wait for it show a sign of life this often. */
const waitingHeartbeatMs = 10_000;

/**
 * Answers `GET /v1/observations/stream`: first what the listener missed, then each event as it arrives, until it leaves.
 */
export function streamRoute(sql: Sql, database: Link, feed: Feed, broadcast: Broadcast, log: Log) {
  return (c: Context): Response => {
    const filter = parseFilter(c.req.query("stations"), c.req.query("bbox"));
    const wish = parseWish(c.req.header("Last-Event-ID"), c.req.query("lastEventId"), c.req.query("since"));
    // Proxies must pass each event on at once.
    c.header("X-Accel-Buffering", "no");

    return streamSSE(c, async (stream) => {
      const gone = new AbortController();
      const outbox = createOutbox(stream, maxBacklogBytes, () => listener.end("too slow"));
      const listener: Listener = { outbox, filter, after: 0n, end };
      function end(reason: string): void {
        if (gone.signal.aborted) return;
        log.debug("stream ended", { reason });
        broadcast.close(listener);
        gone.abort(new Error(reason));
        stream.abort();
      }
      // Before anything is written: an abort is not told again to whoever asks later. Two ways, since either may fail.
      stream.onAbort(() => end("the client left"));
      c.req.raw.signal.addEventListener("abort", () => end("the client left"), { once: true });

      broadcast.open(listener);
      const over = new Promise<void>((resolve) =>
        gone.signal.addEventListener("abort", () => resolve(), { once: true }),
      );
      outbox.send(retryBlock());
      try {
        await begin(listener, wish, gone.signal);
      } catch (error) {
        if (!gone.signal.aborted) log.error("a stream failed to begin", { reason: (error as Error).message });
        end("failed to begin");
      }
      await over;
    });
  };

  async function begin(listener: Listener, wish: Wish, signal: AbortSignal): Promise<void> {
    if (feed.position === null) await showingLife(listener, feed.started, signal);
    if (wish.kind === "live") return beginLive(listener);

    const call = () => findBeginning(sql, wish, listener.filter, position());
    const beginning = await showingLife(listener, untilUp(database, signal, call), signal);
    if (beginning.kind === "reset") {
      beginLive(listener);
      listener.outbox.send(resetBlock(beginning.reason, position()));
      return;
    }
    await catchUpAndGoLive(listener, beginning.range.after, beginning.range.since, signal);
  }

  /** Nothing awaited between naming the position and going live: no event can fall between them. */
  function beginLive(listener: Listener): void {
    listener.after = position();
    listener.outbox.send(connectionBlock(listener.after));
    broadcast.goLive(listener);
  }

  async function catchUpAndGoLive(
    listener: Listener,
    from: bigint,
    since: Date | null,
    signal: AbortSignal,
  ): Promise<void> {
    const { outbox, filter } = listener;
    outbox.send(connectionBlock(from));
    let after = from;
    // Events keep arriving while it catches up: it is done when nothing came since the last page was asked for.
    while (after < position()) {
      const range = { after, upTo: position(), since };
      const events = await untilUp(database, signal, () => readEvents(sql, range, filter, pageRows));
      if (events.length > 0) outbox.send(encodeFrames(events.map(storedFrame)));
      await outbox.drained();
      const last = events.at(-1);
      after = last === undefined || events.length < pageRows ? range.upTo : BigInt(last.eventId);
    }
    signal.throwIfAborted();
    listener.after = after;
    if (isFiltered(filter)) outbox.send(heartbeatId(after));
    broadcast.goLive(listener);
  }

  /** Waits for something while comments keep the connection open. */
  async function showingLife<T>(listener: Listener, waitedFor: Promise<T>, signal: AbortSignal): Promise<T> {
    const timer = setInterval(() => listener.outbox.send(heartbeatComment), waitingHeartbeatMs);
    try {
      return await Promise.race([waitedFor, untilAborted(signal)]);
    } finally {
      clearInterval(timer);
    }
  }

  function position(): bigint {
    return feed.position ?? 0n;
  }
}

function isFiltered(filter: Filter): boolean {
  return filter.stations !== null || filter.bbox !== null;
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
}
