// Connections that die without closing while services run: they pass no bytes any more, but new connections work.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { freePort } from "../../services/dev/daemons/ports.ts";
import { startRedis } from "../../services/dev/daemons/redis.ts";
import { quickGateLimits } from "../../services/server/http/limits.ts";
import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../services/worker/store/poll.ts";
import { publishPending } from "../../services/worker/tasks/publish.ts";
import { connectPatientSql, type Sql } from "../../shared/database/sql.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { createDatabase } from "../rig/database.ts";
import { listen } from "../rig/listen.ts";
import { latestObsFile } from "../rig/ndbc-file.ts";
import { observed } from "../rig/observed.ts";
import { type Service, startStack } from "../rig/stack.ts";
import { startUpstream } from "../rig/upstream.ts";
import { startWire, type Wire, waitsForPolls } from "../rig/wire.ts";

setDefaultTimeout(240_000);

const stack = await startStack();
const upstream = startUpstream();
const wires: Wire[] = [];
const stations = 20;
const minuteMs = 60_000;
/** Time of the newest observation; today, because the worker prunes old ones. */
let minute = Math.floor(Date.now() / minuteMs) * minuteMs - 600 * minuteMs;

afterAll(async () => {
  await stack.stop();
  for (const wire of wires) await wire.stop();
  await upstream.stop();
});

/** Starts a service that reaches PostgreSQL and Redis through its own proxies. */
async function startOnWires(name: "server" | "worker", databaseUrl: string, env: Record<string, string> = {}) {
  const [postgres, redis] = await Promise.all([startWire(databaseUrl), startWire(stack.redisUrl)]);
  wires.push(postgres, redis);
  const service = await stack.start(name, { DATABASE_URL: postgres.url, REDIS_URL: redis.url, ...env });
  return { service, postgres, redis };
}

/** Sends enough requests at once for the server to open as many connections to PostgreSQL as quick answers use. */
async function openConnections(server: Service, postgres: Wire): Promise<void> {
  await answers(`${server.url}/ready`, 200);
  const ask = () => fetch(`${server.url}/v1/observations/latest`).then((response) => response.text());
  const wanted = quickGateLimits.maxRunning;
  while (postgres.passing < wanted) await Promise.all(Array.from({ length: 2 * wanted }, ask));
}

/** Resolves when a URL responds with this status. */
async function answers(url: string, status: number): Promise<void> {
  while ((await fetch(url)).status !== status) await Bun.sleep(250);
}

/** Resolves when a worker has stored the file with this observation time. */
async function polled(sql: Sql, time: Date): Promise<void> {
  for (;;) {
    const rows = await sql`select from observations where observed_at = ${time} and event_id is not null`;
    if (rows.length === stations) return;
    await Bun.sleep(250);
  }
}

function nextMinute(): Date {
  minute += minuteMs;
  return new Date(minute);
}

/** Stores and publishes an observation, as a worker does. @returns its event id */
async function publishOne(): Promise<string> {
  const observation = observed("44009", nextMinute().toISOString(), { waveHeightM: 1 });
  const file = { etag: null, lastModified: null, hash: null };
  const store = () => storePoll(stack.sql, latestObsPath, file, [observation], unguardedIds);
  const { events } = await untilUnlocked(store);
  await untilUnlocked(() => publishPending(stack.sql, stack.redis));
  return events?.lastEventId ?? "no event was stored";
}

/** Repeats while the publication of another test holds a lock. */
async function untilUnlocked<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "55P03")) throw error;
    }
  }
}

/** Listens as a browser does, and reconnects when a stream ends. @returns a function that waits for the event with an id */
async function listenFrom(url: string, lastEventId: string): Promise<(id: string) => Promise<void>> {
  const resume = () => listen(url, { "Last-Event-ID": lastEventId });
  let listening = await resume();
  return async (id) => {
    const hears = () => listening.event((event) => event.event === "observation" && event.id === id).then(() => true);
    while (!(await Promise.race([hears(), listening.ended.then(() => false)]))) listening = await resume();
    listening.leave();
  };
}

describe.each([
  { which: "all connections of a server to PostgreSQL and Redis", lost: Number.POSITIVE_INFINITY, losesRedis: true },
  { which: "some connections of a server to PostgreSQL", lost: quickGateLimits.maxRunning / 2, losesRedis: false },
])("when $which die without closing", ({ lost, losesRedis }) => {
  test.concurrent("streams continue and every request gets a response, without a restart", async () => {
    const { service, postgres, redis } = await startOnWires("server", stack.databaseUrl);
    const first = await publishOne();
    await openConnections(service, postgres);
    const hears = await Promise.all(
      ["", "?bbox=-80,30,-70,40"].map((query) => listenFrom(`${service.url}/v1/observations/stream${query}`, first)),
    );
    postgres.freezeCurrent(lost);
    if (losesRedis) redis.freezeCurrent();
    const missed = await publishOne();
    // These requests use the dead connections.
    const asking = Array.from({ length: 8 }, () => fetch(`${service.url}/v1/status`));
    await Promise.all(hears.map((heard) => heard(missed)));
    await Promise.all(asking);
    for (const path of ["/ready", "/v1/status", "/v1/medians", "/v1/observations/latest"]) {
      await answers(service.url + path, 200);
    }
    expect(service.logged.filter(({ level }) => level === "error")).toEqual([]);
  });
});

test.concurrent("a worker whose connections all die without closing is not ready, and polls again without a restart", async () => {
  const port = freePort();
  const ready = `http://127.0.0.1:${port}/ready`;
  const [before, after] = [nextMinute(), nextMinute()];
  upstream.files.set(latestObsPath, latestObsFile(stations, before));
  // A database and a namespace of its own: the locks of dead transactions would stop the other tests, and theirs this one.
  const databaseUrl = await createDatabase("migrated");
  const sql = connectPatientSql(databaseUrl, "test");
  const settings = {
    NDBC_URL: upstream.url,
    REDIS_NAMESPACE: "frozen",
    POLL_SECONDS: "1",
    BACKFILL_HOURS: "0",
    WORKER_PORT: String(port),
  };
  const { service, postgres, redis } = await startOnWires("worker", databaseUrl, settings);
  await polled(sql, before);
  await answers(ready, 200);
  // New connections work only after the 503, because the worker may replace the dead ones before a slow test asks.
  postgres.hold();
  redis.hold();
  upstream.files.set(latestObsPath, latestObsFile(stations, after));
  await answers(ready, 503);
  postgres.passNew();
  redis.passNew();
  await polled(sql, after);
  await answers(ready, 200);
  expect(service.logged.filter(({ level }) => level === "error")).toEqual([]);
  await service.stop();
  await sql.end();
});

test.concurrent("a worker replaces a dead connection over which BullMQ waits for polls, and polls again without a restart", async () => {
  const port = freePort();
  // A separate stand-in for NDBC, so that no other worker polls the same file.
  const ndbc = startUpstream();
  ndbc.files.set(latestObsPath, latestObsFile(stations, nextMinute()));
  const settings = {
    NDBC_URL: ndbc.url,
    DATABASE_URL: await createDatabase("migrated"),
    POLL_SECONDS: "1",
    BACKFILL_HOURS: "0",
    WORKER_PORT: String(port),
  };
  const { url, stop } = await startRedis();
  const redis = await startWire(url);
  wires.push(redis);
  const service = await stack.start("worker", { ...settings, REDIS_URL: redis.url });
  const ready = `http://127.0.0.1:${port}/ready`;
  await answers(ready, 200);
  // BullMQ does not wait while it runs a poll.
  for (; redis.frozen === 0; await Bun.sleep(10)) redis.freezeThose(waitsForPolls);
  while (redis.frozen > 0) await Bun.sleep(250);
  const polls = ndbc.requests.filter((path) => path === latestObsPath).length;
  await ndbc.asked(latestObsPath, polls + 3);
  await answers(ready, 200);
  expect(service.logged.filter(({ level }) => level === "error")).toEqual([]);
  await service.stop();
  await stop();
  await ndbc.stop();
});
