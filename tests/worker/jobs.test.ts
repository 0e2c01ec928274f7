import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { freePort } from "../../services/dev/ports.ts";
import { activeStationsPath, hourlyPath } from "../../services/worker/ndbc/paths.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { latestObsFile } from "../rig/ndbc-file.ts";
import { type LogLine, type Stack, spawnService, startStack } from "../rig/stack.ts";
import { startUpstream, type Upstream } from "../rig/upstream.ts";

setDefaultTimeout(120_000);

let stack: Stack;
let upstream: Upstream;

beforeEach(async () => {
  stack = await startStack();
  upstream = startUpstream();
  upstream.files.set(latestObsPath, latestObsFile(3, new Date()));
});

afterEach(async () => {
  await stack.stop();
  await upstream.stop();
});

const startWorker = (env: Record<string, string> = {}) =>
  stack.start("worker", { NDBC_URL: upstream.url, POLL_SECONDS: "1", BACKFILL_HOURS: "0", ...env });

const polls = () => upstream.requests.filter((path) => path === latestObsPath).length;
const rows = async () => (await stack.sql`select from observations`).length;
const says = (message: string) => (line: LogLine) => line.message === message;

describe("workers", () => {
  test("poll once a tick together, not once each", async () => {
    await Promise.all([startWorker(), startWorker()]);
    await upstream.asked(latestObsPath, polls() + 4);
    // Each run of the schedule counts one, and the next, which waits, is counted already.
    const runs = Number(await stack.redis.hget("bellbuoy:poll:repeat:poll", "ic"));
    expect(polls()).toBeLessThanOrEqual(runs + 1);
  });

  test("go on polling when one of them is killed", async () => {
    const [first] = await Promise.all([startWorker(), startWorker()]);
    await upstream.asked(latestObsPath, 1);
    await first.stop("SIGKILL");
    await upstream.asked(latestObsPath, polls() + 2);
    // What it had begun is taken over only when its lock has run out.
  });

  test("store what NDBC tells, once", async () => {
    const worker = await startWorker();
    expect(await worker.line(says("polled"))).toMatchObject({ rows: 3, added: 3, changed: 0, published: 3 });
    await upstream.asked(latestObsPath, polls() + 2);
    expect([...(await stack.sql`select event_id from observations order by event_id`)]).toEqual([
      { eventId: "1" },
      { eventId: "2" },
      { eventId: "3" },
    ]);
  });

  test("read the station list and the last hours at their start", async () => {
    upstream.files.set(
      activeStationsPath,
      `<?xml version="1.0" encoding="utf-8"?><stations created="2026-05-06T12:00:01UTC" count="1">
<station id="10000" lat="1" lon="2" name="Bell Buoy" owner="NDBC" pgm="NDBC Meteorological/Ocean" type="buoy"/>
</stations>
`,
    );
    await startWorker({ BACKFILL_HOURS: "1" });
    await Promise.all([upstream.asked(activeStationsPath, 1), upstream.asked(hourlyPath(new Date()), 1)]);
    const named = () => stack.sql`select from stations where name = 'Bell Buoy'`;
    while ((await named()).length === 0) await Bun.sleep(10);
  });
});

describe("a poll that NDBC answers with something else than data", () => {
  test("stores nothing and says why, and the next one works", async () => {
    upstream.files.set(latestObsPath, "<!DOCTYPE html><html><body>down for maintenance</body></html>");
    const worker = await startWorker();
    const failed = await worker.line(({ message, job }) => message === "a job failed" && job === "poll");
    expect(failed).toMatchObject({ level: "warn", attempt: 1, of: 4 });
    expect(failed.reason).toMatch(/HTML/i);
    expect(await rows()).toBe(0);
    upstream.files.set(latestObsPath, latestObsFile(3, new Date()));
    await worker.line(says("polled"));
    expect(await rows()).toBe(3);
  });
});

describe("when Redis comes back empty", () => {
  test("polling goes on, and the log says once that it was away", async () => {
    const worker = await startWorker();
    await upstream.asked(latestObsPath, 1);
    await stack.stopRedis();
    await worker.line(says("waiting for Redis"));
    await stack.startRedis();
    await worker.line(says("Redis answers"));
    await upstream.asked(latestObsPath, polls() + 2);
    expect(worker.logged.filter(says("waiting for Redis"))).toHaveLength(1);
  });
});

describe("a worker that is told to stop exits 0", () => {
  test("when it is idle", async () => {
    const worker = await startWorker({ POLL_SECONDS: "3600" });
    await worker.line(says("polled"));
    expect(await worker.stop()).toBe(0);
  });

  test("while NDBC does not answer", async () => {
    const asked = Promise.withResolvers<void>();
    const hanging = Bun.serve({
      port: 0,
      fetch() {
        asked.resolve();
        return new Promise<Response>(() => {});
      },
    });
    const worker = await startWorker({ NDBC_URL: hanging.url.origin });
    await asked.promise;
    expect(await worker.stop()).toBe(0);
    await hanging.stop(true);
  });

  test("while Redis is away", async () => {
    const worker = await startWorker();
    await worker.line(says("polled"));
    await stack.stopRedis();
    await worker.line(says("waiting for Redis"));
    expect(await worker.stop()).toBe(0);
  });

  test("while it waits for PostgreSQL", async () => {
    const nowhere = `postgres://localhost:${freePort()}/bellbuoy`;
    const worker = spawnService("worker", { DATABASE_URL: nowhere, REDIS_URL: stack.redisUrl });
    await worker.line(says("waiting for PostgreSQL"));
    expect(await worker.stop()).toBe(0);
  });
});
