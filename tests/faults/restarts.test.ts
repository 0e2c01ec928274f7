// Services, PostgreSQL and Redis that are killed and started again: no event is lost.
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../services/worker/store/poll.ts";
import { publishPending } from "../../services/worker/tasks/publish.ts";
import { watchConnection } from "../../shared/connections/connection-health.ts";
import { lockSpace, locks } from "../../shared/database/sql.ts";
import { connectRedis } from "../../shared/redis/redis.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { type Listening, listen } from "../rig/listen.ts";
import { latestObsFile } from "../rig/ndbc-file.ts";
import { observed } from "../rig/observed.ts";
import { silentLog } from "../rig/silent-log.ts";
import type { LogLine } from "../rig/stack.ts";
import { startUpstream } from "../rig/upstream.ts";
import { type MortalService, type MortalStack, startMortalStack } from "./mortal-stack.ts";

// A killed PostgreSQL needs time to recover on a busy machine.
setDefaultTimeout(120_000);

const stationCount = 300;
const file = { etag: null, lastModified: null, hash: null };
const hourMs = 3_600_000;

const upstream = startUpstream();
let stack: MortalStack;
let server: MortalService;
let listener: Listening;
const workers: MortalService[] = [];
/** The one of {@link workers} that polls every second and runs across tests. */
let poller: MortalService | null = null;
let time = Date.UTC(2026, 4, 6);

beforeAll(async () => {
  stack = await startMortalStack();
  server = stack.startService("server");
  await server.process.up;
  listener = await listen(`${server.url}/v1/observations/stream`);
});
afterEach(() => expect(stack.crashes).toEqual([]));
afterAll(async () => {
  listener.leave();
  await stack.stop();
  await upstream.stop();
});

/** Adds a report of each station, an hour younger than the ones before. */
function serveNextFile(): void {
  time += hourMs;
  upstream.files.set(latestObsPath, latestObsFile(stationCount, new Date(time)));
}

async function startWorker(env: Record<string, string> = {}): Promise<MortalService> {
  const worker = stack.startService("worker", { NDBC_URL: upstream.url, POLL_SECONDS: "1", ...env });
  workers.push(worker);
  await worker.process.up;
  return worker;
}

/** Returns a worker that polls every second: that of the previous test, if it still runs. */
async function pollingWorker(): Promise<MortalService> {
  poller ??= await startWorker();
  return poller;
}

async function killWorkers(): Promise<void> {
  poller = null;
  for (const worker of workers.splice(0)) await worker.kill();
}

/** Stores one observation as a worker does, but does not publish it. @returns its event id */
async function storeOne(): Promise<string> {
  time += hourMs;
  await storePoll(
    stack.sql,
    latestObsPath,
    file,
    [observed("44009", new Date(time).toISOString(), { tideFt: 1 })],
    unguardedIds,
  );
  const [row] = await stack.sql<{ newest: string }[]>`select max(event_id) as newest from observations`;
  return row?.newest ?? "";
}

async function storedIds(): Promise<string[]> {
  const rows = await stack.sql<{ eventId: string }[]>`
    select event_id from observations where event_id is not null order by event_id
  `;
  return rows.map(({ eventId }) => eventId);
}

/** Resolves when the listener has received this many more reports. */
function hearsAll(reports: number): Promise<unknown> {
  return listener.heard(listener.observations.length + reports);
}

async function expectNothingLost(): Promise<void> {
  expect(listener.observations.map(({ id }) => id)).toEqual(await storedIds());
}

const says = (message: string) => (line: LogLine) => line.message === message;
const count = (service: MortalService, message: string) => service.process.logged.filter(says(message)).length;
const polls = () => upstream.requests.filter((path) => path === latestObsPath).length;

describe("every event arrives", () => {
  test("when PostgreSQL is killed in the middle of a batch", async () => {
    serveNextFile();
    const all = hearsAll(stationCount);
    const asked = upstream.asked(latestObsPath, polls() + 1);
    // The batch has begun, and waits before its first row.
    const holding = await stack.sql.reserve();
    await holding`select pg_advisory_lock(${lockSpace}, ${locks.eventIds})`;
    await pollingWorker();
    await asked;
    const waiting = () => stack.sql`select from pg_locks where locktype = 'advisory' and not granted`;
    while ((await waiting()).length === 0) await Bun.sleep(10);
    await stack.postgres.kill();
    await stack.postgres.start();
    await all;
    await expectNothingLost();
  });

  test("when Redis is killed in the middle of a burst, and restarts empty", async () => {
    await pollingWorker();
    serveNextFile();
    const all = hearsAll(2 * stationCount);
    await hearsAll(1);
    await stack.redis.kill();
    serveNextFile();
    await stack.redis.start();
    await all;
    await expectNothingLost();
  });

  test("when Redis is down while a worker wants to publish events", async () => {
    await killWorkers();
    const worker = await startWorker({ POLL_SECONDS: "3600" });
    await worker.process.line(says("polled"));
    await stack.redis.kill();
    const id = await storeOne();
    const publisher = connectRedis(stack.redisUrl, watchConnection("Redis", silentLog, new AbortController().signal), {
      enableOfflineQueue: false,
    });
    await expect(publishPending(stack.sql, publisher)).rejects.toThrow();
    publisher.disconnect();
    await stack.redis.start();
    await listener.event((event) => event.event === "observation" && event.id === id);
    await expectNothingLost();
  });

  test("when the first event after a restart of Redis has an id that does not follow the last one", async () => {
    await killWorkers();
    const before = count(server, "Redis answers");
    await stack.redis.kill();
    await stack.redis.start();
    while (count(server, "Redis answers") === before) await Bun.sleep(10);
    while (!(await fetch(`${server.url}/ready`)).ok) await Bun.sleep(10);
    await stack.sql`select nextval('event_ids')`;
    const id = await storeOne();
    const publisher = connectRedis(stack.redisUrl, watchConnection("Redis", silentLog, new AbortController().signal));
    await publishPending(stack.sql, publisher);
    publisher.disconnect();
    await listener.event((event) => event.event === "observation" && event.id === id);
    await expectNothingLost();
  });

  test("when a worker is killed between storing and publishing", async () => {
    await killWorkers();
    const id = await storeOne();
    await pollingWorker();
    await listener.event((event) => event.event === "observation" && event.id === id);
    await expectNothingLost();
  });

  test("when PostgreSQL is down while a listener reconnects: the stream opens, and then sends the missed events", async () => {
    const [missed = "", newest = ""] = [await storeOne(), await storeOne()];
    await pollingWorker();
    await listener.event((event) => event.event === "observation" && event.id === newest);
    await stack.postgres.kill();
    const response = await fetch(`${server.url}/v1/observations/stream`, {
      headers: { "Last-Event-ID": String(Number(missed) - 1) },
    });
    expect(response.status).toBe(200);
    const text = response.body
      ?.pipeThrough(new TextDecoderStream() as never)
      .getReader() as ReadableStreamDefaultReader<string>;
    await stack.postgres.start();
    let heard = "";
    while (!heard.includes(`\nid: ${newest}\n`)) heard += (await text.read()).value ?? "";
    expect([...heard.matchAll(/event: observation\n.*\nid: (\d+)/g)].map(([, id]) => id)).toEqual([missed, newest]);
    await text.cancel();
  });
});

describe("the job of a killed worker", () => {
  test("is taken over by another worker", async () => {
    await killWorkers();
    // Empty again, so that no schedule of an earlier test creates another job.
    await stack.redis.kill();
    await stack.redis.start();
    let asked = Promise.withResolvers<void>();
    const hanging = Bun.serve({
      port: 0,
      fetch(request) {
        if (new URL(request.url).pathname !== latestObsPath) return new Response("", { status: 404 });
        asked.resolve();
        return new Promise<Response>(() => {});
      },
    });
    const env = { NDBC_URL: hanging.url.origin, POLL_SECONDS: "3600" };
    const first = await startWorker(env);
    await asked.promise;
    asked = Promise.withResolvers<void>();
    await startWorker(env);
    await first.kill();
    await asked.promise;
    await killWorkers();
    await hanging.stop(true);
  });
});

describe("the log", () => {
  test("has one line when PostgreSQL goes down and one when it is back, for any number of attempts", async () => {
    const worker = await pollingWorker();
    const both = [worker, server];
    const before = both.map((service) => [
      count(service, "waiting for PostgreSQL"),
      count(service, "PostgreSQL answers"),
    ]);
    const failedPolls = ({ process }: MortalService) => process.logged.filter(({ job }) => job === "poll").length;
    const failedBefore = failedPolls(worker);
    await stack.postgres.kill();
    const unready = async () => (await fetch(`${server.url}/ready`)).status === 503;
    // Each of these requests tries PostgreSQL, and so do the polls.
    for (let tries = 0; tries < 5; tries++) while (!(await unready())) await Bun.sleep(10);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    await Promise.all(
      both.map(async (service, index) => {
        while (count(service, "waiting for PostgreSQL") === before[index]?.[0]) await Bun.sleep(10);
      }),
    );
    await stack.postgres.start();
    await Promise.all(
      both.map(async (service, index) => {
        while (count(service, "PostgreSQL answers") === before[index]?.[1]) await Bun.sleep(10);
      }),
    );
    both.forEach((service, index) => {
      const [went = 0, came = 0] = before[index] ?? [];
      expect(count(service, "waiting for PostgreSQL")).toBe(went + 1);
      expect(count(service, "PostgreSQL answers")).toBe(came + 1);
    });
    expect(failedPolls(worker)).toBe(failedBefore);
  });
});

describe("a service that receives SIGTERM exits with 0", () => {
  test("worker and server, and open streams end with a retry time", async () => {
    const [worker, stopping] = [await pollingWorker(), stack.startService("server")];
    await stopping.process.up;
    const streams = await Promise.all(
      Array.from({ length: 5 }, () => listen(`${stopping.url}/v1/observations/stream`)),
    );
    const codes = await Promise.all([worker.terminate(), stopping.terminate()]);
    expect(codes).toEqual([0, 0]);
    for (const stream of streams) {
      await stream.ended;
      // Once at the start of the stream, and once more as its last line.
      expect(stream.raw.match(/^retry: \d+$/gm)).toHaveLength(2);
      expect(stream.raw).toMatch(/\nretry: \d+\n$/);
    }
  });
});
