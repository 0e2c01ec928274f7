// Tests of the metrics, of event ids in the logs, and of the alert rules and the dashboard.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { freePort } from "../../services/dev/daemons/ports.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { type Listening, listen, type StreamEvent } from "../rig/listen.ts";
import { latestObsFile } from "../rig/ndbc-file.ts";
import { type Scrape, scrape } from "../rig/scrape.ts";
import { type LogLine, type Service, type Stack, startStack } from "../rig/stack.ts";
import { startUpstream, type Upstream } from "../rig/upstream.ts";

setDefaultTimeout(120_000);

let stack: Stack;
let upstream: Upstream;
let server: Service;
let worker: Service;
let workerUrl: string;
let listener: Listening;
let replayed: StreamEvent[];
/** Metrics of both services after the two files of {@link beforeAll}. */
let ofWorker: Scrape;
let ofServer: Scrape;

const startedAtMs = Date.now();
let scrapedAtMs: number;
const minute = new Date(Math.floor(Date.now() / 60_000) * 60_000);
/** Of its six rows two are broken, one has an implausible wave, and one has an unreadable cell. */
const firstFile = latestObsFile(6, minute)
  .replace("10001 ", "1-001 ")
  .replace(/^(10002 \S+ \S+) \d{4} /m, "$1 MMMM ")
  .replace(/^(10005.*) MM$/m, "$1 ****")
  .replace(/^(10003.*)MM 0\.3 /m, "$1MM 99.9 ");
const secondFile = firstFile.replace(/^(10004.*) MM MM MM$/m, "$1 MM MM 1.5");

beforeAll(async () => {
  stack = await startStack();
  upstream = startUpstream();
  upstream.files.set(latestObsPath, firstFile);
  server = await stack.start("server", { LOG_LEVEL: "debug" });
  listener = await listen(`${server.url}/v1/observations/stream`);
  const port = freePort();
  workerUrl = `http://localhost:${port}`;
  worker = await stack.start("worker", {
    NDBC_URL: upstream.url,
    POLL_SECONDS: "1",
    BACKFILL_HOURS: "0",
    WORKER_PORT: String(port),
    LOG_LEVEL: "debug",
  });
  await listener.heard(4);
  upstream.files.set(latestObsPath, secondFile);
  await listener.heard(5);
  const resumed = await listen(`${server.url}/v1/observations/stream?lastEventId=1`);
  // The fifth replaced the third.
  replayed = await resumed.heard(3);
  resumed.leave();
  await server.line(({ message, code }) => message === "stream ended" && code === "client_left");
  await stack.redis.publish("observations:new", "nonsense");
  await server.line(({ message }) => message === "dropped a message");
  do ofWorker = await scrape(workerUrl);
  while (ofWorker.value("bellbuoy_polls_total", { outcome: "changed" }) < 2);
  scrapedAtMs = Date.now();
  ofServer = await scrape(server.url);
});

afterAll(async () => {
  listener?.leave();
  await upstream?.stop();
  await stack?.stop();
});

describe("the worker's metrics show", () => {
  test("how polls ended", () => {
    expect(ofWorker.value("bellbuoy_polls_total", { outcome: "changed" })).toBe(2);
    expect(ofWorker.value("bellbuoy_polls_total", { outcome: "not_data" })).toBe(0);
    const polls = ofWorker.families.get("bellbuoy_polls_total")?.metrics ?? [];
    const sum = polls.reduce((total, sample) => total + ("value" in sample ? Number(sample.value) : 0), 0);
    expect(ofWorker.value("bellbuoy_poll_duration_seconds")).toBe(sum);
  });

  test("how many rows were read, stored and changed, and how many were rejected for each reason", () => {
    const source = "poll";
    expect(ofWorker.value("bellbuoy_rows_read_total", { source })).toBe(12);
    expect(ofWorker.value("bellbuoy_rows_stored_total", { source })).toBe(4);
    expect(ofWorker.value("bellbuoy_rows_changed_total", { source })).toBe(1);
    expect(ofWorker.value("bellbuoy_rows_rejected_total", { source, reason: "station" })).toBe(2);
    expect(ofWorker.value("bellbuoy_rows_rejected_total", { source, reason: "time" })).toBe(2);
    expect(ofWorker.value("bellbuoy_rows_rejected_total", { source, reason: "future" })).toBe(0);
    expect(ofWorker.value("bellbuoy_cells_unreadable_total", { source })).toBe(2);
    expect(ofWorker.value("bellbuoy_columns_missing_total", { source })).toBe(0);
    expect(ofWorker.value("bellbuoy_values_implausible_total", { source })).toBe(2);
    expect(ofWorker.value("bellbuoy_rows_read_total", { source: "backfill" })).toBe(0);
  });

  test("how many events were published in how many batches, and the newest event id", () => {
    expect(ofWorker.value("bellbuoy_events_published_total")).toBe(5);
    expect(ofWorker.value("bellbuoy_publish_latency_seconds")).toBe(2);
    expect(ofWorker.value("bellbuoy_stored_event_id")).toBe(5);
    expect(ofWorker.value("bellbuoy_published_event_id")).toBe(5);
  });

  test("how old the newest observation and the last poll are", async () => {
    expect(ofWorker.value("bellbuoy_newest_observation_timestamp_seconds")).toBe(minute.getTime() / 1000);
    const lastPollMs = ofWorker.value("bellbuoy_last_poll_timestamp_seconds") * 1000;
    expect(lastPollMs).toBeGreaterThanOrEqual(startedAtMs);
    expect(lastPollMs).toBeLessThanOrEqual(scrapedAtMs);
    expect(ofWorker.value("bellbuoy_poll_period_seconds")).toBe(1);
  });

  test("how many jobs the queues hold, and how jobs ended", () => {
    expect(ofWorker.value("bellbuoy_queue_jobs", { queue: "poll", state: "failed" })).toBe(0);
    expect(ofWorker.value("bellbuoy_queue_jobs", { queue: "upkeep", state: "delayed" })).toBeGreaterThan(0);
    expect(ofWorker.value("bellbuoy_jobs_total", { job: "poll", outcome: "completed" })).toBeGreaterThan(0);
    // The test's NDBC server has no station list.
    expect(ofWorker.value("bellbuoy_jobs_total", { job: "stations", outcome: "failed" })).toBeGreaterThan(0);
  });
});

describe("the server's metrics show", () => {
  test("how many streams are open, and how streams began and ended", () => {
    expect(ofServer.value("bellbuoy_streams_open")).toBe(1);
    expect(ofServer.value("bellbuoy_streams_max")).toBe(10_000);
    expect(ofServer.value("bellbuoy_streams_begun_total", { how: "live" })).toBe(1);
    expect(ofServer.value("bellbuoy_streams_begun_total", { how: "replay" })).toBe(1);
    expect(ofServer.value("bellbuoy_streams_begun_total", { how: "reset" })).toBe(0);
    expect(ofServer.value("bellbuoy_streams_ended_total", { reason: "client_left" })).toBe(1);
    expect(ofServer.value("bellbuoy_streams_ended_total", { reason: "too_slow" })).toBe(0);
  });

  test("how many events and bytes were sent, live and replayed, and how many messages were dropped", () => {
    const bytes = (events: StreamEvent[]) =>
      events.reduce((sum, { data, id }) => sum + `event: observation\ndata: ${data}\nid: ${id}\n\n`.length, 0);
    expect(ofServer.value("bellbuoy_events_broadcast_total")).toBe(5);
    expect(ofServer.value("bellbuoy_broadcast_latency_seconds")).toBeWithin(2, 6);
    expect(ofServer.value("bellbuoy_broadcast_event_id")).toBe(5);
    expect(ofServer.value("bellbuoy_stream_live_bytes_total")).toBe(bytes(listener.observations));
    expect(ofServer.value("bellbuoy_stream_replay_bytes_total")).toBe(bytes(replayed));
    expect(ofServer.value("bellbuoy_replay_events")).toBe(1);
    expect(ofServer.families.get("bellbuoy_replay_events")?.metrics).toMatchObject([{ sum: "3" }]);
    expect(ofServer.value("bellbuoy_messages_dropped_total")).toBe(1);
  });

  test("requests by route, not by path", async () => {
    await fetch(`${server.url}/v1/stations/10004`);
    await fetch(`${server.url}/v1/stations/99999`);
    await fetch(`${server.url}/nowhere/at/all`);
    const now = await scrape(server.url);
    const route = "/v1/stations/:stationId";
    expect(now.value("bellbuoy_http_requests_total", { route, status: "2xx" })).toBe(1);
    expect(now.value("bellbuoy_http_requests_total", { route, status: "4xx" })).toBe(1);
    expect(JSON.stringify([...now.families.values()])).not.toContain("nowhere");
  });
});

describe("the metrics of both services", () => {
  const both = () => [ofWorker, ofServer];

  test("are Prometheus text, each with a type and a help text, and without NaN", () => {
    for (const { contentType, families } of both()) {
      expect(contentType).toBe("text/plain; version=0.0.4; charset=utf-8");
      for (const { name, help, type, metrics } of families.values()) {
        expect(name).toMatch(/^(bellbuoy|process)_[a-z_]+$/);
        expect(help).toEndWith(".");
        expect(type).toMatch(name.endsWith("_total") ? /^COUNTER$/ : /^(GAUGE|HISTOGRAM)$/);
        for (const sample of metrics) expect("value" in sample ? Number(sample.value) : 0).not.toBeNaN();
      }
    }
  });

  test("name no station and no client", () => {
    const labels = both().flatMap(({ families }) =>
      [...families.values()].flatMap(({ metrics }) => metrics.flatMap((sample) => Object.keys(sample.labels ?? {}))),
    );
    const known = "bun how job outcome queue reason route service source state status version";
    expect([...new Set(labels)].sort().join(" ")).toBe(known);
  });

  test("name the service and its version, and show the state of PostgreSQL, Redis and the pool", () => {
    for (const [service, { families, value }] of Object.entries({ worker: ofWorker, server: ofServer })) {
      expect(families.get("bellbuoy_build_info")?.metrics).toMatchObject([{ labels: { service, bun: Bun.version } }]);
      expect(value("bellbuoy_postgres_up")).toBe(1);
      expect(value("bellbuoy_redis_up")).toBe(1);
      const open = value("bellbuoy_postgres_connections_busy") + value("bellbuoy_postgres_connections_idle");
      expect(open).toBeWithin(1, value("bellbuoy_postgres_connections_max") + 1);
      expect(value("process_resident_memory_bytes")).toBeGreaterThan(1e7);
    }
  });
});

describe("one event id", () => {
  const has = (line: LogLine, id: string) => JSON.stringify(line).includes(`"${id}"`);
  const holds = ({ firstEventId, lastEventId }: LogLine, id: string) =>
    BigInt(String(firstEventId ?? 0)) <= BigInt(id) && BigInt(id) <= BigInt(String(lastEventId ?? 0));

  test("connects both logs, from the poll that stored it to the broadcast that sent it", async () => {
    // The second of four ids: no line has it as its first or last id.
    const id = listener.observations[1]?.id ?? "";
    const stored = await worker.line((line) => line.message === "stored" && holds(line, id));
    const published = await worker.line((line) => line.message === "published" && has(line, id));
    const sent = await server.line((line) => line.message === "broadcast" && has(line, id));
    // A server may send it before Redis confirms it to the worker.
    for (const later of [published, sent]) expect(String(later.time) >= String(stored.time)).toBe(true);
  });

  test("connects both logs also at the default level, where lines have the first and the last of many ids", async () => {
    const id = listener.observations[1]?.id ?? "";
    const usual = (line: LogLine) => line.level === "info" && holds(line, id);
    expect((await worker.line(usual)).message).toBe("polled");
    expect((await server.line(usual)).message).toBe("broadcast");
  });
});

describe("the dashboard and the alert rules", () => {
  const monitoring = join(import.meta.dir, "../../docs/monitoring");
  const dashboard = async () => (await Bun.file(join(monitoring, "dashboard.json")).json()) as Dashboard;
  type Dashboard = { panels: { title: string; targets?: { expr: string }[] }[] };
  const rules = async () => Bun.YAML.parse(await Bun.file(join(monitoring, "alerts.yaml")).text()) as Rules;
  type Rules = { groups: { rules: { alert: string; expr: string; annotations: { runbook: string } }[] }[] };
  const dashboardQueries = async () =>
    (await dashboard()).panels.flatMap(({ targets = [] }) => targets.map((t) => t.expr));

  /** Returns the metrics of a query: words that are no label, function or operator. */
  function metricsIn(query: string): string[] {
    const bare = query
      .replace(/\{[^}]*\}|\[[^\]]*\]/g, "")
      .replace(/\b(by|on|without|ignoring)\s*\([^)]*\)/g, "")
      .replace(/\b\w+\s*\(/g, "(");
    return (bare.match(/[a-z]\w*/gi) ?? []).filter((word) => !["or", "and", "unless"].includes(word));
  }

  /** Prometheus itself adds `up`. */
  function isGiven(metric: string): boolean {
    const name = metric.replace(/_(bucket|sum|count)$/, "");
    const family = ofWorker.families.get(metric) ?? ofServer.families.get(metric);
    const histogram = ofWorker.families.get(name) ?? ofServer.families.get(name);
    return metric === "up" || family !== undefined || histogram?.type === "HISTOGRAM";
  }

  test("each query of the dashboard uses existing metrics", async () => {
    const named = (await dashboardQueries()).flatMap(metricsIn);
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((metric) => !isGiven(metric))).toEqual([]);
  });

  test("each of ten alert rules uses existing metrics and has a section in the runbook", async () => {
    const all = (await rules()).groups.flatMap((group) => group.rules);
    expect(all).toHaveLength(10);
    expect(all.flatMap(({ expr }) => metricsIn(expr)).filter((metric) => !isGiven(metric))).toEqual([]);
    const runbook = await Bun.file(join(monitoring, "../operations.md")).text();
    for (const { alert, annotations } of all) {
      expect(annotations.runbook).toBe(`docs/operations.md#${alert.toLowerCase()}`);
      expect(runbook).toContain(`\n### ${alert}\n`);
    }
  });

  test("each metric has a row in the documentation", async () => {
    const documented = await Bun.file(join(monitoring, "../operations.md")).text();
    const names = new Set([...ofWorker.families.keys(), ...ofServer.families.keys()]);
    expect([...names].filter((name) => !documented.includes(`\`${name}\``))).toEqual([]);
  });
});
