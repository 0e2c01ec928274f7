import type { Server } from "bun";
import { streamSSE } from "hono/streaming";
import type { Clock } from "../../../shared/clock.ts";
import { isDatabaseAway, type Sql } from "../../../shared/database/sql.ts";
import { type Link, untilUp } from "../../../shared/service/link.ts";
import type { Log } from "../../../shared/service/log.ts";
import { parseQuery } from "../api/parameters.ts";
import { tryAgain } from "../http/problem.ts";
import type { RequestContext } from "../http/request-env.ts";
import type { Broadcast, Listener } from "./broadcast.ts";
import { streamEndpoint } from "./endpoint.ts";
import type { Feed } from "./feed.ts";
import { type Filter, wantsAll } from "./filter.ts";
import { connectionBlock, heartbeatComment, heartbeatId, resetBlock, retryBlock } from "./frames.ts";
import { Outbox } from "./outbox.ts";
import { createReplayPages } from "./replay-pages.ts";
import { findBeginning, parseWish, setBackReason, type Wish } from "./resume.ts";

/**
 * A stream that is quiet for longer than this is ended by the server: more than two heartbeats, so that only a listener
 * that is gone without a word, or takes nothing, is meant.
 */
const idleSeconds = 60;
/** How long a connection may stay whose stream was ended: what the listener does not take by then is thrown away. */
const endingSeconds = 1;
/** When to try again where all streams are taken. */
const refusedSeconds = 10;

const headers = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-cache",
  // Proxies must pass each event on at once.
  "X-Accel-Buffering": "no",
};

/**
 * What `streamSSE` asks of a request's context, to make the answer. It keeps the context for as long as the stream is open,
 * and a whole one is 2 kB.
 */
const noContext = {
  header() {},
  newResponse: (body: ReadableStream) => new Response(body, { headers }),
} as unknown as RequestContext;

/** What is counted of streams. */
export type StreamCounts = {
  /** A stream has begun: now, with a replay of so many events and bytes, or with a reset. */
  began(how: "live" | "replay" | "reset", events?: number, bytes?: number): void;
  ended(reason: string): void;
};

/** What a stream is made of. */
export type StreamParts = {
  sql: Sql;
  database: Link;
  feed: Feed;
  broadcast: Broadcast;
  /** How many streams may be open at once. */
  maxStreams: number;
  maxStreamsPerIp: number;
  /** Who asks, as the limit counts it. */
  addressOf: (c: RequestContext) => string;
  streamCounts: StreamCounts;
  log: Log;
  clock: Clock;
};

/**
 * Answers `GET /v1/observations/stream`: first what the listener missed, then each event as it arrives, until it leaves.
 */
export function streamRoute(parts: StreamParts): (c: RequestContext) => Response {
  const { sql, database, feed, broadcast, maxStreams, maxStreamsPerIp, addressOf, streamCounts, log, clock } = parts;
  const readReplayPage = createReplayPages(sql, clock);

  return (c) => {
    const { stations = null, bbox = null, lastEventId, since } = parseQuery(c, streamEndpoint.queryParameters);
    const filter: Filter = { stations, bbox };
    const wish = parseWish(c.req.header("Last-Event-ID"), lastEventId, since);
    const address = addressOf(c);
    refuseTooMany(address);
    if (c.req.method === "HEAD") return c.body(null, 200, headers);
    // Bun ends what is idle for 10 seconds by default (oven-sh/bun#27479).
    c.env.server.timeout(c.req.raw, idleSeconds);
    return openStream(c.req.raw, c.env.server, filter, wish, address);
  };

  function openStream(
    request: Request,
    server: Server<undefined>,
    filter: Filter,
    wish: Wish,
    address: string,
  ): Response {
    return streamSSE(noContext, async (stream) => {
      const over = Promise.withResolvers<Error>();
      let isOver = false;
      function end(reason: string): void {
        if (isOver) return;
        isOver = true;
        log.debug("stream ended", { reason });
        streamCounts.ended(reason);
        broadcast.close(listener);
        over.resolve(new Error(reason));
        stream.abort();
        // A connection whose other end takes nothing would stay, with what waits in it.
        server.timeout(request, endingSeconds);
      }
      const listener: Listener = { outbox: new Outbox(stream, end, clock), filter, address, after: 0n, end };
      const left = () => end("the client left");
      // Before anything is written: an abort is not told again to whoever asks later. Two ways, since either may fail.
      stream.onAbort(left);
      request.signal.addEventListener("abort", left, { once: true });

      broadcast.open(listener);
      listener.outbox.send(retryBlock());
      try {
        await begin(listener, wish, over.promise);
      } catch (error) {
        if (!isOver) log.error("a stream failed to begin", { reason: (error as Error).message });
        end("failed to begin");
      }
      await over.promise;
    });
  }

  /** @throws {ProblemError} 429 or 503 */
  function refuseTooMany(address: string): void {
    if (broadcast.sizeOf(address) >= maxStreamsPerIp) {
      throw tryAgain(429, `no more streams for ${address} (limit: ${maxStreamsPerIp})`, refusedSeconds);
    }
    if (broadcast.size >= maxStreams) {
      throw tryAgain(503, `this server has no more streams to give (limit: ${maxStreams})`, refusedSeconds);
    }
  }

  /** @param over resolves when the stream has ended, with why */
  async function begin(listener: Listener, wish: Wish, over: Promise<Error>): Promise<void> {
    if (wish.kind === "live" && feed.position !== null) {
      beginLive(listener);
      streamCounts.began("live");
      return;
    }
    // Made for those alone who must wait: of those who need not there may be many.
    const gone = new AbortController();
    void over.then((reason) => gone.abort(reason));
    await beginWaiting(listener, wish, gone.signal);
  }

  async function beginWaiting(listener: Listener, wish: Wish, signal: AbortSignal): Promise<void> {
    if (feed.position === null) await unlessAborted(feed.started, signal);
    if (wish.kind === "live") {
      beginLive(listener);
      streamCounts.began("live");
      return;
    }

    const call = () => findBeginning(sql, wish, listener.filter, position());
    const beginning = await unlessAborted(untilUp(database, signal, call, isDatabaseAway, clock), signal);
    if (beginning.kind === "reset") {
      // Until a message comes, this server may not know that the database was set back.
      if (beginning.reason === setBackReason) feed.lookAgain();
      beginLive(listener);
      listener.outbox.send(resetBlock(beginning.reason, position()));
      streamCounts.began("reset");
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
    let replayed = 0;
    let bytes = 0;
    // Events keep arriving while it catches up: it is done when nothing came since the last page was asked for.
    while (after < position()) {
      const range = { after, upTo: position(), since };
      const page = await untilUp(database, signal, () => readReplayPage(range, filter), isDatabaseAway, clock);
      if (page.events > 0) outbox.send(page.bytes);
      await outbox.drained();
      replayed += page.events;
      bytes += page.bytes.byteLength;
      after = page.upTo;
    }
    signal.throwIfAborted();
    listener.after = after;
    // Also to one without a filter, whose heartbeats are paced from here on by what all such streams got.
    outbox.send(wantsAll(filter) ? heartbeatComment : heartbeatId(after));
    broadcast.goLive(listener);
    streamCounts.began("replay", replayed, bytes);
    log.debug("replayed", { after: String(from), upTo: String(after), events: replayed });
  }

  function position(): bigint {
    return feed.position ?? 0n;
  }
}

function unlessAborted<T>(waitedFor: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return Promise.race([waitedFor, aborted]);
}
