// Prometheus metrics of streams and events. docs/operations.md lists names, types and meanings.

import { counter, gauge, secondsBuckets } from "../../../shared/service/metrics.ts";
import { Counter, Histogram, type Registry } from "../../../shared/service/prometheus.ts";
import { maxReplayEvents } from "../http/limits.ts";
import type { StreamCounts } from "./begin.ts";
import type { Broadcast } from "./broadcast.ts";
import type { Feed } from "./feed/feed.ts";

/** Sources that keep their own counts. They are read at each scrape, so the event path has no extra step. */
type Counting = { broadcast: Broadcast; feed: Feed };

/** Registers the metrics of stream starts and ends. @param counted called at each scrape */
export function createStreamCounts(registry: Registry, maxStreams: number, counted: () => Counting): StreamCounts {
  const registers = [registry];
  gauge(registry, "bellbuoy_streams_open", "Open streams.", () => counted().broadcast.size);
  gauge(registry, "bellbuoy_streams_max", "How many may be open at once: MAX_STREAMS.", () => maxStreams);
  const begun = new Counter({
    name: "bellbuoy_streams_begun_total",
    help: "Streams that began: live (from now on), with a replay of what was missed, or with a reset.",
    labelNames: ["how"],
    registers,
  });
  const ended = new Counter({
    name: "bellbuoy_streams_ended_total",
    help: "Streams that ended, by reason.",
    labelNames: ["reason"],
    registers,
  });
  const replayEvents = new Histogram({
    name: "bellbuoy_replay_events",
    help: "Events replayed to a listener that resumed, before it went live.",
    buckets: [0, 1, 10, 100, 1_000, maxReplayEvents],
    registers,
  });
  let replayedBytes = 0;
  counter(
    registry,
    "bellbuoy_stream_replay_bytes_total",
    "Bytes of replayed events handed to streams.",
    () => replayedBytes,
  );

  // Start each series at 0: a rate needs a value before the first case.
  for (const how of ["live", "replay", "reset"]) begun.inc({ how }, 0);
  ended.inc({ reason: "too_slow" }, 0);

  return {
    began(how, replayed = 0, bytes = 0) {
      begun.inc({ how });
      replayedBytes += bytes;
      if (how === "replay") replayEvents.observe(replayed);
    },
    ended: (code) => ended.inc({ reason: code }),
  };
}

/**
 * Registers the metrics of events sent to all streams.
 * @param counted called at each scrape
 * @returns counts the events of one write and the seconds since the first of them arrived
 */
export function createBroadcastCounts(
  registry: Registry,
  counted: () => Counting,
): (events: number, seconds: number) => void {
  const registers = [registry];
  counter(registry, "bellbuoy_stream_live_bytes_total", "Bytes of live events handed to streams.", () => {
    return counted().broadcast.sentBytes;
  });
  gauge(registry, "bellbuoy_broadcast_event_id", "The newest event id that this server has sent.", () => {
    const { position } = counted().feed;
    return position === null ? null : Number(position);
  });
  counter(registry, "bellbuoy_messages_dropped_total", "Messages of the channel that did not fit the contract.", () => {
    return counted().feed.dropped;
  });
  const sent = new Counter({
    name: "bellbuoy_events_broadcast_total",
    help: "Events sent to listeners, each counted once.",
    registers,
  });
  const latency = new Histogram({
    name: "bellbuoy_broadcast_latency_seconds",
    help: "From an event's arrival until it was handed to every stream, for the first event of each write.",
    buckets: secondsBuckets,
    registers,
  });
  return (events, seconds) => {
    sent.inc(events);
    latency.observe(seconds);
  };
}
