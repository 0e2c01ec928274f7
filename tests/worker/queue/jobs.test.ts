// The worker's jobs: shared polls, failed polls, and how a worker stops.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { freePort } from "../../../services/dev/daemons/ports.ts";
import { activeStationsPath, hourlyPath } from "../../../services/worker/ndbc/paths.ts";
import { queues, redisNames } from "../../../shared/channels.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { latestObsFile } from "../../rig/ndbc-file.ts";
import { redisOptions } from "../../rig/redis-options.ts";
import { type LogLine, type Service, spawnService, startStack } from "../../rig/stack.ts";
import { startUpstream } from "../../rig/upstream.ts";

setDefaultTimeout(120_000);

const says = (message: string) => (line: LogLine) => line.message === message;
const logs = (worker: Service, message: string) => worker.logged.filter(says(message)).length;

const stationList = `<?xml version="1.0" encoding="utf-8"?><stations created="2026-05-06T12:00:01UTC" count="1">
<station id="10000" lat="1" lon="2" name="Bell Buoy" owner="NDBC" pgm="NDBC Meteorological/Ocean" type="buoy"/>
</stations>
`;

/** Starts what a worker needs: a database, a Redis, and an NDBC that reports three stations. */
async function startSurroundings() {
  const stack = await startStack();
  const upstream = startUpstream();
  upstream.files.set(latestObsPath, latestObsFile(3, new Date()));
  upstream.files.set(activeStationsPath, stationList);
  return {
    stack,
    upstream,
    polls: () => upstream.requests.filter((path) => path === latestObsPath).length,
    startWorker: (env: Record<string, string> = {}) =>
      stack.start("worker", { NDBC_URL: upstream.url, POLL_SECONDS: "1", BACKFILL_HOURS: "0", ...env }),
    async stop() {
      await stack.stop();
      await upstream.stop();
    },
  };
}

describe("a worker", async () => {
  const { stack, upstream, polls, startWorker, stop } = await startSurroundings();
  afterAll(stop);
  const worker = await startWorker({ BACKFILL_HOURS: "1" });
  const rows = async () => (await stack.sql`select from observations`).length;

  test("reads the station list and the last hours at its start", async () => {
    await Promise.all([upstream.asked(activeStationsPath, 1), upstream.asked(hourlyPath(new Date()), 1)]);
    const named = () => stack.sql`select from stations where name = 'Bell Buoy'`;
    while ((await named()).length === 0) await Bun.sleep(10);
  });

  test("stores what NDBC reports, once", async () => {
    expect(await worker.line(says("polled"))).toMatchObject({ rows: 3, added: 3, changed: 0, published: 3 });
    await upstream.asked(latestObsPath, polls() + 2);
    expect([...(await stack.sql`select event_id from observations order by event_id`)]).toEqual([
      { eventId: "1" },
      { eventId: "2" },
      { eventId: "3" },
    ]);
  });

  test("stores nothing of an invalid response and logs why, and the next poll works", async () => {
    upstream.files.set(latestObsPath, "<!DOCTYPE html><html><body>down for maintenance</body></html>");
    const failed = await worker.line(({ message, job }) => message === "a job failed" && job === "poll");
    // One line for all attempts of a poll.
    expect(failed).toMatchObject({ level: "warn", attempt: 4, of: 4, code: "not_data" });
    const failures = () =>
      stack.sql<
        { failure: string }[]
      >`select failure from job_results where job = 'poll' and failing_since is not null`;
    // The log line comes first.
    let [recorded] = await failures();
    for (; recorded === undefined; [recorded] = await failures()) await Bun.sleep(20);
    expect(recorded.failure).toStartWith("not_data: not data, but an HTML page");
    expect(failed.reason).toMatch(/HTML/i);
    expect(await rows()).toBe(3);
    upstream.files.set(latestObsPath, latestObsFile(3, new Date(Date.now() - 3_600_000)));
    while ((await rows()) < 6) await Bun.sleep(10);
    expect(await rows()).toBe(6);
    const works = await worker.line(says("a job works again"));
    expect(works).toMatchObject({ level: "info", job: "poll", failedSeconds: expect.any(Number) });
    const isOfPoll = ({ message, job }: LogLine) => message === "a job failed" && job === "poll";
    // On a busy machine, the next poll may get the invalid response too.
    expect(new Set(worker.logged.filter(isOfPoll).map(({ attempt }) => attempt))).toEqual(new Set([4]));
  });

  test("continues polling when Redis returns empty, and logs the outage once", async () => {
    await stack.stopRedis();
    await worker.line(says("waiting for Redis"));
    await stack.startRedis();
    await worker.line(says("Redis answers"));
    await upstream.asked(latestObsPath, polls() + 2);
    expect(logs(worker, "waiting for Redis")).toBe(1);
  });

  test("exits with 0 on SIGTERM while Redis is away", async () => {
    await stack.stopRedis();
    while (logs(worker, "waiting for Redis") < 2) await Bun.sleep(10);
    expect(await worker.stop()).toBe(0);
  });
});

describe("two workers", async () => {
  const { stack, upstream, polls, startWorker, stop } = await startSurroundings();
  const redis = new Redis({ ...redisOptions(stack.redisUrl), maxRetriesPerRequest: null });
  const queue = new Queue(queues.poll, { connection: redis, prefix: redisNames("").queuePrefix });
  afterAll(async () => {
    await queue.close();
    redis.disconnect();
    await stop();
  });
  const [first, second] = await Promise.all([startWorker(), startWorker()]);

  test("share one poll per tick", async () => {
    const ticks = async () => (await queue.getJobScheduler("poll"))?.iterationCount ?? 0;
    await upstream.asked(latestObsPath, 2);
    const [pollsBefore, ticksBefore] = [polls(), await ticks()];
    // Five ticks. If both workers polled, it would be two or three.
    await upstream.asked(latestObsPath, pollsBefore + 5);
    expect((await ticks()) - ticksBefore).toBeGreaterThanOrEqual(4);
  });

  test("continue polling when one of them is killed", async () => {
    await first.stop("SIGKILL");
    // The other worker takes over its job only when the lock has expired.
    await upstream.asked(latestObsPath, polls() + 2);
  });

  test("exit with 0 on SIGTERM after the other one was killed", async () => {
    expect(await second.stop()).toBe(0);
  });
});

describe("a worker exits with 0 on SIGTERM", async () => {
  const { stack, startWorker, stop } = await startSurroundings();
  afterAll(stop);

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

  test("while it waits for PostgreSQL", async () => {
    const nowhere = `postgres://localhost:${freePort()}/bellbuoy`;
    const worker = spawnService("worker", { DATABASE_URL: nowhere, REDIS_URL: stack.redisUrl });
    await worker.line(says("waiting for PostgreSQL"));
    expect(await worker.stop()).toBe(0);
  });
});
