import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import { counter, gauge, type ServiceMetrics, secondsBuckets } from "../../shared/service/metrics.ts";
import { Counter, Histogram } from "../../shared/service/prometheus.ts";
import type { RequestEnv } from "./http/request-env.ts";
import type { StreamCounts } from "./stream/begin.ts";
import type { Broadcast } from "./stream/broadcast.ts";
import type { Feed } from "./stream/feed.ts";
import { maxReplayEvents } from "./stream/resume.ts";

/** What the server counts. Names, types and meanings are in docs/operations.md. */
export type ServerMetrics = {
  /** Events went to all streams in one go, so long after the first of them had come. */
  broadcast(events: number, seconds: number): void;
  streams: StreamCounts;
  countRequest: MiddlewareHandler<RequestEnv>;
};

/**
 * @param counted what counts by itself and is read when it is scraped: the path of an event gains no step by it
 */
export function createServerMetrics(
  { registry }: ServiceMetrics,
  maxStreams: number,
  counted: () => { broadcast: Broadcast; feed: Feed },
): ServerMetrics {
  const registers = [registry];

  gauge(registry, "bellbuoy_streams_open", "Open streams.", () => counted().broadcast.size);
  gauge(registry, "bellbuoy_streams_max", "How many may be open at once: MAX_STREAMS.", () => maxStreams);
  const streamsBegun = new Counter({
    name: "bellbuoy_streams_begun_total",
    help: "Streams that began: live (from now on), with a replay of what was missed, or with a reset.",
    labelNames: ["how"],
    registers,
  });
  const streamsEnded = new Counter({
    name: "bellbuoy_streams_ended_total",
    help: "Streams that ended, by reason.",
    labelNames: ["reason"],
    registers,
  });
  const replayEvents = new Histogram({
    name: "bellbuoy_replay_events",
    help: "How many events a listener that resumed was sent before it went live.",
    buckets: [0, 1, 10, 100, 1_000, maxReplayEvents],
    registers,
  });
  let replayedBytes = 0;
  counter(registry, "bellbuoy_stream_live_bytes_total", "Bytes of live events handed to streams.", () => {
    return counted().broadcast.sentBytes;
  });
  counter(
    registry,
    "bellbuoy_stream_replay_bytes_total",
    "Bytes of replayed events handed to streams.",
    () => replayedBytes,
  );

  gauge(registry, "bellbuoy_broadcast_event_id", "The newest event id that this server has sent.", () => {
    const { position } = counted().feed;
    return position === null ? null : Number(position);
  });
  counter(registry, "bellbuoy_messages_dropped_total", "Messages of the channel that did not fit the contract.", () => {
    return counted().feed.dropped;
  });
  const events = new Counter({
    name: "bellbuoy_events_broadcast_total",
    help: "Events sent to whoever listens, each counted once.",
    registers,
  });
  const broadcastSeconds = new Histogram({
    name: "bellbuoy_broadcast_latency_seconds",
    help: "From an event's arrival until it was handed to every stream, for the first event of each write.",
    buckets: secondsBuckets,
    registers,
  });

  const requests = new Counter({
    name: "bellbuoy_http_requests_total",
    help: "Requests, by route and class of status.",
    labelNames: ["route", "status"],
    registers,
  });
  const requestSeconds = new Histogram({
    name: "bellbuoy_http_request_duration_seconds",
    help: "Until an answer was ready to be sent, by route; of a stream until it was open.",
    labelNames: ["route"],
    buckets: secondsBuckets,
    registers,
  });

  // A series that only appears with its first case hides that case: a rate needs a value before it.
  for (const how of ["live", "replay", "reset"]) streamsBegun.inc({ how }, 0);
  streamsEnded.inc({ reason: "too slow" }, 0);

  return {
    broadcast(count, seconds) {
      events.inc(count);
      broadcastSeconds.observe(seconds);
    },
    streams: {
      began(how, replayed = 0, bytes = 0) {
        streamsBegun.inc({ how });
        replayedBytes += bytes;
        if (how === "replay") replayEvents.observe(replayed);
      },
      ended: (reason) => streamsEnded.inc({ reason }),
    },
    async countRequest(c, next) {
      const startedAt = performance.now();
      await next();
      // The pattern of the route, not the address: there are a few of these only.
      const route = routePath(c);
      requests.inc({ route, status: `${Math.floor(c.res.status / 100)}xx` });
      requestSeconds.observe({ route }, (performance.now() - startedAt) / 1000);
    },
  };
}
