// GET /v1/observations/stream

import type { Server } from "bun";
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { streamEndingSeconds, streamIdleSeconds, streamRetrySeconds } from "../http/limits.ts";
import { tryAgain } from "../http/problem.ts";
import type { RequestContext, RequestEnv } from "../http/request-env.ts";
import type { BoundingBox, Filter } from "../store/filter.ts";
import { type BeginParts, createBegin } from "./begin.ts";
import type { Broadcast } from "./broadcast.ts";
import { retryLine } from "./frames.ts";
import type { Listener, StreamEnd } from "./listeners.ts";
import { Outbox } from "./outbox.ts";
import { parseResumeRequest, type ResumeRequest } from "./resume.ts";

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

/** A request whose parameters are checked. */
type StreamContext = Context<RequestEnv, string, { out: { query: StreamQuery } }>;
type StreamQuery = Partial<{ stations: Set<string>; bbox: BoundingBox; lastEventId: string; since: Date }>;

/** What a listener asked for. */
type Request = {
  raw: globalThis.Request;
  server: Server<undefined>;
  filter: Filter;
  resume: ResumeRequest;
  address: string;
};

/**
 * Answers `GET /v1/observations/stream`: first what the listener missed, then each event as it arrives, until it leaves.
 */
export function streamRoute(parts: StreamParts): (c: StreamContext) => Response {
  const open = createOpen(parts);
  return (c) => {
    const { stations = null, bbox = null, lastEventId, since } = c.req.valid("query");
    const resume = parseResumeRequest(c.req.header("Last-Event-ID"), lastEventId, since);
    const address = parts.addressOf(c);
    refuseTooMany(parts, address);
    if (c.req.method === "HEAD") return c.body(null, 200, headers);
    const { server } = c.env;
    // Bun ends what is idle for 10 seconds by default (oven-sh/bun#27479).
    server.timeout(c.req.raw, streamIdleSeconds);
    return open({ raw: c.req.raw, server, filter: { stations, bbox }, resume, address });
  };
}

/** @throws {ProblemError} 429 or 503 */
function refuseTooMany({ broadcast, maxStreams, maxStreamsPerIp }: StreamParts, address: string): void {
  if (broadcast.sizeOf(address) >= maxStreamsPerIp) {
    throw tryAgain(
      "too_many_streams",
      `no more streams for ${address} (limit: ${maxStreamsPerIp})`,
      streamRetrySeconds,
    );
  }
  if (broadcast.size >= maxStreams) {
    throw tryAgain(
      "no_streams_left",
      `this server has no more streams to give (limit: ${maxStreams})`,
      streamRetrySeconds,
    );
  }
}

/** Makes the way to open a stream and to keep it open until it ends. */
function createOpen(parts: StreamParts): (request: Request) => Response {
  const { broadcast, streamCounts, log, clock } = parts;
  const begin = createBegin(parts);

  return ({ raw, server, filter, resume, address }) =>
    streamSSE(noContext, async (stream) => {
      const over = Promise.withResolvers<Error>();
      let isOver = false;
      function end(code: StreamEnd): void {
        if (isOver) return;
        isOver = true;
        log.debug("stream ended", { code });
        streamCounts.ended(code);
        broadcast.close(listener);
        over.resolve(new Error(code));
        stream.abort();
        // A connection whose other end takes nothing would stay, with what waits in it.
        server.timeout(raw, streamEndingSeconds);
      }
      const listener: Listener = { outbox: new Outbox(stream, end, clock), filter, address, after: 0n, end };
      const left = () => end("client_left");
      // Before anything is written: an abort is not told again to whoever asks later. Two ways, since either may fail.
      stream.onAbort(left);
      raw.signal.addEventListener("abort", left, { once: true });

      broadcast.open(listener);
      listener.outbox.send(retryLine());
      try {
        await begin(listener, resume, over.promise);
      } catch (error) {
        if (!isOver) log.error("a stream failed to begin", { reason: (error as Error).message });
        end("begin_failed");
      }
      await over.promise;
    });
}
