// Polls continue without a restart after any change to a job's schedule, and the worker logs it in one line.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { freePort } from "../../services/dev/daemons/ports.ts";
import { startRedis } from "../../services/dev/daemons/redis.ts";
import { openBull } from "../../services/worker/queue/bull.ts";
import { recreateSchedule } from "../../services/worker/queue/job-schedulers.ts";
import { redisNames } from "../../shared/channels.ts";
import { watchConnection } from "../../shared/connections/connection-health.ts";
import { connectRedis } from "../../shared/redis/redis.ts";
import { nextLine, type PollingRig, says, startPollingRig } from "../rig/polling.ts";
import { silentLog } from "../rig/silent-log.ts";
import type { LogLine, ShiftedService } from "../rig/stack.ts";

setDefaultTimeout(120_000);

const minuteMs = 60_000;
let rig: PollingRig;
let worker: ShiftedService;

beforeAll(async () => {
  rig = await startPollingRig();
  // Its first schedule is created by a clock that is a day ahead.
  worker = await rig.stack.startShifted("worker", 24 * 60 * minuteMs, rig.env);
  await rig.polledAgain(1);
});
afterAll(() => rig.stop());

const created = (job: string) => (line: LogLine) => line.message === "created schedules again" && job in line;

const noEvents = { run: async () => {}, completed() {}, failed() {}, error() {} };

describe("polls continue", () => {
  test("after a clock that was a day ahead at the start is corrected", async () => {
    const line = nextLine(worker, created("poll"));
    await worker.shiftClock(0);
    expect((await line).poll).toMatch(/^its next run was due in 8\d{4} s, with a period of 1 s$/);
    await rig.polledAgain();
    await rig.readyIs(200);
  });

  test("after a restart during which the clock was set back ten minutes", async () => {
    await worker.shiftClock(10 * minuteMs);
    await rig.polledAgain();
    await worker.stop("SIGKILL");
    worker = await rig.stack.startShifted("worker", 0, rig.env);
    await worker.line(created("poll"));
    await rig.polledAgain();
  });

  test("after FLUSHALL, and so do all other jobs", async () => {
    const known = worker.logged.length;
    await rig.stack.redis.flushall();
    // Usually one line; two if the keys are deleted while the worker checks the schedules.
    for (const job of ["poll", "stations", "backfill", "prune"]) {
      await worker.line((line) => created(job)(line) && worker.logged.indexOf(line) >= known);
    }
    await rig.polledAgain();
    await rig.readyIs(200);
  });

  test("after the keys of the queue are deleted", async () => {
    const keys = await rig.stack.redis.keys("{bellbuoy}:poll:*");
    await rig.stack.redis.del(keys);
    await rig.polledAgain();
  });

  test("after the next run is deleted but its schedule is not", async () => {
    const line = nextLine(worker, created("poll"));
    // The moment when a run waits; a worker that takes it creates the next one.
    do await rig.polledAgain(1);
    while ((await rig.stack.redis.del("{bellbuoy}:poll:delayed")) === 0);
    expect((await line).poll).toMatch(/^no run has begun for \d+ s, with a period of 1 s$/);
    await rig.polledAgain();
    await rig.readyIs(200);
  });

  test("after Redis became a replica, and then an empty primary", async () => {
    const other = await startRedis({ port: freePort() });
    const begins = nextLine(worker, says("waiting for Redis"));
    await rig.stack.redis.replicaof("127.0.0.1", new URL(other.url).port);
    expect((await begins).code).toBe("redis_readonly");
    while ((await rig.stack.redis.dbsize()) > 0) await Bun.sleep(20);
    const ends = nextLine(worker, says("Redis answers"));
    await rig.stack.redis.replicaof("NO", "ONE");
    await ends;
    await rig.polledAgain();
    await rig.readyIs(200);
    await other.stop();
  });
});

test("a worker without polls is not ready until the next poll", async () => {
  const link = watchConnection("Redis", silentLog, new AbortController().signal);
  const connection = connectRedis(rig.stack.redisUrl, link, { maxRetriesPerRequest: null });
  const bull = await openBull(connection, redisNames("").queuePrefix, noEvents);
  // As an operator can do with a dashboard for BullMQ; a new schedule does not help here.
  await bull.queues.poll.pause();
  await rig.readyIs(503, "poll_stopped");
  expect((await rig.readiness()).reasons).toEqual([expect.stringMatching(/^polls: no run has begun for \d+ s/)]);
  await bull.queues.poll.resume();
  await rig.polledAgain();
  await rig.readyIs(200);
  await bull.close(true);
  connection.disconnect();
});

test("two workers that create a schedule again at the same moment leave exactly one", async () => {
  // A separate Redis database, which no worker reads.
  const url = `${rig.stack.redisUrl}?db=1`;
  const link = watchConnection("Redis", silentLog, new AbortController().signal);
  const connections = [1, 2].map(() => connectRedis(url, link, { maxRetriesPerRequest: null }));
  const bulls = await Promise.all(
    connections.map((connection) => openBull(connection, redisNames("").queuePrefix, noEvents)),
  );
  const job = { queue: "poll", everyMs: 60 * minuteMs, attempts: 4, atStart: false, run: async () => {} } as const;
  for (let time = 0; time < 20; time++) {
    await Promise.all(bulls.map((bull) => recreateSchedule(bull, "poll", job)));
    expect(await bulls[0]?.queues.poll.getJobSchedulersCount()).toBe(1);
    expect(await bulls[0]?.queues.poll.getDelayedCount()).toBeLessThanOrEqual(1);
  }
  await Promise.all(bulls.map((bull) => bull.close(true)));
  for (const connection of connections) connection.disconnect();
});
