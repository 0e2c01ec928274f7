// BullMQ workers that are replaced while their queues stay open.

import { afterAll, afterEach, beforeEach, expect, setDefaultTimeout, spyOn, test } from "bun:test";
import { Worker } from "bullmq";
import { startRedis } from "../../../services/dev/daemons/redis.ts";
import { type Bull, openBull, removeQueues } from "../../../services/worker/queue/bull.ts";
import { redisNames } from "../../../shared/channels.ts";
import { watchConnection } from "../../../shared/connections/connection-health.ts";
import { connectRedis, type RedisClient } from "../../../shared/redis/redis.ts";
import { silentLog } from "../../rig/silent-log.ts";
import { startWire, waitsForPolls } from "../../rig/wire.ts";

setDefaultTimeout(120_000);

const server = await startRedis();
let wire: Awaited<ReturnType<typeof startWire>>;
let connection: RedisClient;
let bull: Bull;
/** Called with the number of each job that begins. */
let begun: (job: number) => void;

afterAll(() => server.stop());
beforeEach(async () => {
  wire = await startWire(server.url);
  const health = watchConnection("Redis", silentLog, new AbortController().signal);
  connection = connectRedis(wire.url, health, { maxRetriesPerRequest: null });
  bull = await openBull(connection, redisNames("").queuePrefix, {
    run: async ({ data }) => begun(data.number),
    completed() {},
    failed() {},
    error() {},
  });
});
afterEach(async () => {
  await wire.mend();
  await bull.close(true);
  connection.disconnect();
  await wire.stop();
});

/** Adds a job. @returns `begins` resolves when a worker has it */
async function add(number: number): Promise<{ begins: Promise<void> }> {
  const { promise: begins, resolve } = Promise.withResolvers<void>();
  begun = (job) => {
    if (job === number) resolve();
  };
  await bull.queues.poll.add("job", { number });
  return { begins };
}

test("a hanging worker is replaced, even if closing it never ends", async () => {
  await bull.resume();
  await (await add(1)).begins;
  for (; wire.frozen === 0; await Bun.sleep(10)) wire.freezeThose(waitsForPolls);
  const { close } = Worker.prototype;
  const closing = spyOn(Worker.prototype, "close").mockImplementationOnce(function (this: Worker, force) {
    void close.call(this, force);
    return new Promise(() => {});
  });
  await bull.restart("poll");
  expect(closing).toHaveBeenCalledTimes(1);
  await (await add(2)).begins;
  closing.mockRestore();
});

test("a worker replaced while Redis refuses jobs fetches none until Redis allows it", async () => {
  await bull.resume();
  bull.suspend();
  await bull.restart("poll");
  const { begins } = await add(3);
  // Redis answers each of these after the commands of the worker.
  for (let question = 0; question < 50; question++) expect(await bull.queues.poll.getWaitingCount()).toBe(1);
  await bull.resume();
  await begins;
});

test("the keys of an earlier version are removed, and no others", async () => {
  const kept = ["bellbuoy:highest-event-id", "other:bellbuoy:poll:meta", "bellbuoy:pollster:meta"];
  const old = ["bellbuoy:poll:meta", "bellbuoy:poll:repeat:poll:1", "bellbuoy:upkeep:id"];
  for (const key of [...kept, ...old]) await connection.set(key, "1");
  await removeQueues(connection, redisNames("").oldQueuePrefix);
  expect(await connection.exists(...old)).toBe(0);
  expect(await connection.exists(...kept)).toBe(kept.length);
  expect(await connection.exists("{bellbuoy}:poll:meta")).toBe(1);
});
