// Route handler of GET /v1/observations/stream.

import type { Server } from "bun";
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { messageOf } from "../../../shared/errors.ts";
import { attributionLink } from "../http/attribution.ts";
import { clientNetwork } from "../http/clients/client-address.ts";
import {
  addressesPerNetwork,
  queueRetrySeconds,
  streamEndingSeconds,
  streamIdleSeconds,
  streamRetrySeconds,
} from "../http/limits.ts";
import { ProblemError, tryAgain } from "../http/problem.ts";
import type { RequestContext, RequestEnv } from "../http/request-env.ts";
import type { BoundingBox, Filter } from "../store/filter.ts";
import { bareContext } from "./bare-context.ts";
import { type BeginParts, createBegin } from "./begin.ts";
import type { Broadcast } from "./broadcast.ts";
import { retryLine } from "./frames.ts";
import type { Listener, StreamEnd } from "./listeners.ts";
import { Outbox } from "./outbox.ts";
import { parseResumeRequest, type ResumeRequest } from "./resume.ts";

const headers = {
  "Content-Type": "text/event-stream",
  // A proxy that compresses the stream would delay events.
  "Cache-Control": "no-cache, no-transform",
  // nginx must not buffer the stream.
  "X-Accel-Buffering": "no",
  Link: attributionLink,
};

const noContext = bareContext(headers);

/** Dependencies and settings of {@link streamRoute}. */
type StreamParts = BeginParts & {
  broadcast: Broadcast;
  /** Max open streams. */
  maxStreams: number;
  maxStreamsPerIp: number;
  /** Returns the client address of a request, as limits count it. */
  addressOf: (c: RequestContext) => string;
};

/** A request with valid parameters. */
type StreamContext = Context<RequestEnv, string, { out: { query: StreamQuery } }>;
type StreamQuery = Partial<{ stations: Set<string>; bbox: BoundingBox; lastEventId: string; since: Date }>;

/** Parameters of a stream to open. */
type Request = {
  raw: globalThis.Request;
  server: Server<undefined>;
  filter: Filter;
  resume: ResumeRequest;
  address: string;
};

/**
 * Creates the handler of `GET /v1/observations/stream`: it sends missed events first, then each new event until the
 * client disconnects.
 */
export function streamRoute(parts: StreamParts): (c: StreamContext) => Response {
  const open = createOpen(parts);
  return (c) => {
    const { stations = null, bbox = null, lastEventId, since } = c.req.valid("query");
    const resume = parseResumeRequest(c.req.header("Last-Event-ID"), lastEventId, since);
    const address = parts.addressOf(c);
    refuseTooMany(parts, address);
    refuseReplay(parts, resume, address);
    if (c.req.method === "HEAD") return c.body(null, 200, headers);
    const { server } = c.env;
    // Bun closes connections that are idle for 10 s by default (oven-sh/bun#27479).
    server.timeout(c.req.raw, streamIdleSeconds);
    return open({ raw: c.req.raw, server, filter: { stations, bbox }, resume, address });
  };
}

/** Checks the stream limits. @throws {ProblemError} 429 or 503 */
function refuseTooMany({ broadcast, maxStreams, maxStreamsPerIp }: StreamParts, address: string): void {
  const network = clientNetwork(address);
  const limits = { [network]: maxStreamsPerIp * addressesPerNetwork, [address]: maxStreamsPerIp };
  for (const [name, limit] of Object.entries(limits)) {
    if (broadcast.sizeOf(name) < limit) continue;
    throw tryAgain(
      "too_many_streams",
      `${name} has reached its limit of open streams (limit: ${limit})`,
      streamRetrySeconds,
    );
  }
  if (broadcast.size >= maxStreams) {
    throw tryAgain("no_streams_left", `this server has no free streams (limit: ${maxStreams})`, streamRetrySeconds);
  }
}

/** Refuses a stream whose replay could not even wait. @throws {ProblemError} 503 */
function refuseReplay({ questions, feed }: StreamParts, resume: ResumeRequest, address: string): void {
  const isReplay = resume.kind === "since" || (resume.kind === "after" && resume.eventId !== feed.position);
  if (isReplay && questions.isHistoryFull(clientNetwork(address))) {
    throw tryAgain("queue_full", "too many other requests are waiting", queueRetrySeconds);
  }
}

/** Creates the function that opens a stream and keeps it open until it ends. */
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
        // A connection whose client does not read would stay open and keep its buffered bytes.
        server.timeout(raw, streamEndingSeconds);
      }
      const listener: Listener = { outbox: new Outbox(stream, end, clock), filter, address, after: 0n, end };
      const left = () => end("client_left");
      // Register before the first write, since an abort is not reported to later listeners. Two ways, since either may
      // fail.
      stream.onAbort(left);
      raw.signal.addEventListener("abort", left, { once: true });

      broadcast.open(listener);
      listener.outbox.send(retryLine());
      try {
        await begin(listener, resume, over.promise);
      } catch (error) {
        // Too many wait: the client resumes after its reconnect delay.
        if (error instanceof ProblemError) return end("queue_full");
        if (!isOver) log.error("a stream failed to start", { code: "begin_failed", reason: messageOf(error) });
        end("begin_failed");
      }
      await over.promise;
    });
}
