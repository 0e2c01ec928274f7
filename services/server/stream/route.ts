// GET /v1/observations/stream

import type { Server } from "bun";
import { streamSSE } from "hono/streaming";
import { parseQuery } from "../api/parameters.ts";
import { tryAgain } from "../http/problem.ts";
import type { RequestContext } from "../http/request-env.ts";
import { type BeginParts, createBegin } from "./begin.ts";
import type { Broadcast } from "./broadcast.ts";
import { streamEndpoint } from "./endpoint.ts";
import type { Filter } from "./filter.ts";
import { retryLine } from "./frames.ts";
import type { Listener } from "./listeners.ts";
import { Outbox } from "./outbox.ts";
import { parseWish, type Wish } from "./resume.ts";

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
  // A proxy that compressed the stream would hold events back.
  "Cache-Control": "no-cache, no-transform",
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

/** What a stream is made of. */
export type StreamParts = BeginParts & {
  broadcast: Broadcast;
  /** How many streams may be open at once. */
  maxStreams: number;
  maxStreamsPerIp: number;
  /** Who asks, as the limit counts it. */
  addressOf: (c: RequestContext) => string;
};

/** What a listener asked for. */
type Request = { raw: globalThis.Request; server: Server<undefined>; filter: Filter; wish: Wish; address: string };

/**
 * Answers `GET /v1/observations/stream`: first what the listener missed, then each event as it arrives, until it leaves.
 */
export function streamRoute(parts: StreamParts): (c: RequestContext) => Response {
  const open = createOpen(parts);
  return (c) => {
    const { stations = null, bbox = null, lastEventId, since } = parseQuery(c, streamEndpoint.queryParameters);
    const wish = parseWish(c.req.header("Last-Event-ID"), lastEventId, since);
    const address = parts.addressOf(c);
    refuseTooMany(parts, address);
    if (c.req.method === "HEAD") return c.body(null, 200, headers);
    const { server } = c.env;
    // Bun ends what is idle for 10 seconds by default (oven-sh/bun#27479).
    server.timeout(c.req.raw, idleSeconds);
    return open({ raw: c.req.raw, server, filter: { stations, bbox }, wish, address });
  };
}

/** @throws {ProblemError} 429 or 503 */
function refuseTooMany({ broadcast, maxStreams, maxStreamsPerIp }: StreamParts, address: string): void {
  if (broadcast.sizeOf(address) >= maxStreamsPerIp) {
    throw tryAgain(429, `no more streams for ${address} (limit: ${maxStreamsPerIp})`, refusedSeconds);
  }
  if (broadcast.size >= maxStreams) {
    throw tryAgain(503, `this server has no more streams to give (limit: ${maxStreams})`, refusedSeconds);
  }
}

/** Makes the way to open a stream and to keep it open until it ends. */
function createOpen(parts: StreamParts): (request: Request) => Response {
  const { broadcast, streamCounts, log, clock } = parts;
  const begin = createBegin(parts);

  return ({ raw, server, filter, wish, address }) =>
    streamSSE(noContext, async (stream) => {
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
        server.timeout(raw, endingSeconds);
      }
      const listener: Listener = { outbox: new Outbox(stream, end, clock), filter, address, after: 0n, end };
      const left = () => end("the client left");
      // Before anything is written: an abort is not told again to whoever asks later. Two ways, since either may fail.
      stream.onAbort(left);
      raw.signal.addEventListener("abort", left, { once: true });

      broadcast.open(listener);
      listener.outbox.send(retryLine());
      try {
        await begin(listener, wish, over.promise);
      } catch (error) {
        if (!isOver) log.error("a stream failed to begin", { reason: (error as Error).message });
        end("failed to begin");
      }
      await over.promise;
    });
}
