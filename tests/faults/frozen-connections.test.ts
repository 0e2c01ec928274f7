// Connections that die without closing, under running services: nothing comes over them any more, though new ones work.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { freePort } from "../../services/dev/ports.ts";
import { publishPending } from "../../services/worker/publish.ts";
import { storePoll } from "../../services/worker/store.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { type Listening, listen } from "../rig/listen.ts";
import { latestObsFile } from "../rig/ndbc-file.ts";
import { observed } from "../rig/observed.ts";
import { type Service, startStack } from "../rig/stack.ts";
import { startUpstream } from "../rig/upstream.ts";
import { startWire, type Wire } from "../rig/wire.ts";

setDefaultTimeout(240_000);

const stack = await startStack();
const upstream = startUpstream();
const wires: Wire[] = [];
let minute = Date.UTC(2026, 4, 6);

afterAll(async () => {
  await stack.stop();
  for (const wire of wires) await wire.stop();
  await upstream.stop();
});

/** Starts a service that reaches PostgreSQL and Redis over wires of its own. */
async function startOnWires(name: "server" | "worker", env: Record<string, string> = {}) {
  const [postgres, redis] = await Promise.all([startWire(stack.databaseUrl), startWire(stack.redisUrl)]);
  wires.push(postgres, redis);
  const service = await stack.start(name, { DATABASE_URL: postgres.url, REDIS_URL: redis.url, ...env });
  return { service, postgres, redis };
}

/** Asks a server so much at once that it opens all of its connections to PostgreSQL. */
async function openAllConnections({ service, postgres }: { service: Service; postgres: Wire }): Promise<void> {
  await statusOf(`${service.url}/ready`, 200);
  const latest = () => fetch(`${service.url}/v1/observations/latest`).then((response) => response.text());
  while (postgres.passing < 8) await Promise.all(Array.from({ length: 16 }, latest));
}

/** Resolves when an address answers with this status. */
async function statusOf(url: string, status: number): Promise<void> {
  while ((await fetch(url)).status !== status) await Bun.sleep(250);
}

/** Stores and publishes an observation as a worker does. @returns its event id */
async function publishOne(): Promise<string> {
  minute += 60_000;
  const observation = observed("44009", new Date(minute).toISOString(), { waveHeightM: 1 });
  await storePoll(stack.sql, latestObsPath, { etag: null, lastModified: null, hash: null }, [observation]);
  const [row] = await stack.sql<[{ newest: string }]>`select max(event_id) as newest from observations`;
  await publishPending(stack.sql, stack.redis);
  return row.newest;
}

/** Listens as a browser does, which comes back to a stream that has ended. @returns a promise of the event with this id */
async function listenFor(url: string, after: string): Promise<(id: string) => Promise<void>> {
  let listening: Listening = await listen(url, { "Last-Event-ID": after });
  return async (id) => {
    for (;;) {
      const heard = listening.event((event) => event.id === id && event.event === "observation").then(() => true);
      if (await Promise.race([heard, listening.ended.then(() => false)])) break;
      listening = await listen(url, { "Last-Event-ID": after });
    }
    listening.leave();
  };
}

const bbox = "bbox=-80,30,-70,40";
const stream = "/v1/observations/stream";

describe.each([
  { which: "all connections to PostgreSQL and Redis", frozen: Number.POSITIVE_INFINITY },
  { which: "some connections to PostgreSQL", frozen: 4 },
])("a server loses $which without a close", ({ frozen }) => {
  test.concurrent("and everything is answered and sent again, without a restart", async () => {
    const on = await startOnWires("server");
    const { service, postgres, redis } = on;
    const first = await publishOne();
    await openAllConnections(on);
    const streams = await Promise.all(
      [stream, `${stream}?${bbox}`].map((path) => listenFor(service.url + path, first)),
    );
    postgres.freezeCurrent(frozen);
    if (frozen > 8) redis.freezeCurrent();
    const frozenAt = performance.now();
    const id = await publishOne();
    // Those who ask meanwhile are what takes the connections up.
    const asking = Array.from({ length: 8 }, () =>
      fetch(`${service.url}/v1/status`).then((response) => response.status),
    );
    await Promise.all(streams.map((heard) => heard(id)));
    console.log(frozen, "events", performance.now() - frozenAt);
    expect(await Promise.all(asking)).toBeArrayOfSize(8);
    for (const path of ["/ready", "/v1/status", "/v1/medians", "/v1/observations/latest"]) {
      await statusOf(service.url + path, 200);
    }
    console.log(frozen, "all", performance.now() - frozenAt);
    expect(service.logged.filter(({ level }) => level === "error")).toEqual([]);
  });
});

test.concurrent("a worker loses all connections without a close, says so, and polls again without a restart", async () => {
  const port = freePort();
  upstream.files.set(latestObsPath, latestObsFile(20, new Date("2026-05-05T12:00Z")));
  const env = { NDBC_URL: upstream.url, POLL_SECONDS: "1", BACKFILL_HOURS: "0", WORKER_PORT: String(port) };
  const { service, postgres, redis } = await startOnWires("worker", env);
  const polled = (wanted: Date) => async () => {
    for (;;) {
      const rows = await stack.sql`select from observations where observed_at = ${wanted} and event_id is not null`;
      if (rows.length === 20) return;
      await Bun.sleep(250);
    }
  };
  await polled(new Date("2026-05-05T12:00Z"))();
  await statusOf(`http://127.0.0.1:${port}/ready`, 200);
  postgres.freezeCurrent();
  redis.freezeCurrent();
  const frozenAt = performance.now();
  upstream.files.set(latestObsPath, latestObsFile(20, new Date("2026-05-05T13:00Z")));
  await statusOf(`http://127.0.0.1:${port}/ready`, 503);
  console.log("worker noticed", performance.now() - frozenAt);
  await polled(new Date("2026-05-05T13:00Z"))();
  console.log("worker", performance.now() - frozenAt);
  await statusOf(`http://127.0.0.1:${port}/ready`, 200);
  expect(service.logged.filter(({ level }) => level === "error")).toEqual([]);
});
