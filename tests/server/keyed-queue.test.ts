// Tests of the queue that shares work between equal requests.

import { expect, test } from "bun:test";
import { createKeyedQueue, type KeyedQueueLimits } from "../../services/server/keyed-queue.ts";
import { createTestClock } from "../rig/test-clock.ts";

type Found = { value: number };

const unlimited: KeyedQueueLimits = {
  keepMs: 60_000,
  maxKept: 10,
  maxRunning: Number.POSITIVE_INFINITY,
  maxPending: Number.POSITIVE_INFINITY,
  deadlineMs: null,
};

function start(limits: Partial<KeyedQueueLimits> = {}) {
  const clock = createTestClock();
  return { clock, queue: createKeyedQueue<Found>({ ...unlimited, ...limits }, clock) };
}

/** Creates work that returns 1, 2, 3 … */
function counting() {
  let found = 0;
  return async () => ({ value: ++found });
}

/** Creates work that ends when the test resolves it. */
function slow(value = 0) {
  const { promise, resolve, reject } = Promise.withResolvers<Found>();
  let begun = 0;
  return {
    work: () => {
      begun += 1;
      return promise;
    },
    get begun() {
      return begun;
    },
    end: () => resolve({ value }),
    fail: reject,
  };
}

test("equal requests share one answer, also while it is computed", async () => {
  const { queue } = start();
  const find = counting();
  expect(await Promise.all([queue.ask("a", find), queue.ask("a", find)])).toEqual([{ value: 1 }, { value: 1 }]);
  expect(await queue.ask("a", find)).toEqual({ value: 1 });
  expect(await queue.ask("b", find)).toEqual({ value: 2 });
});

test("an answer that is too old is computed again; its age counts from its request", async () => {
  const { queue, clock } = start();
  const find = counting();
  const first = slow(1);
  const asked = queue.ask("a", first.work);
  await clock.advance(10_000);
  first.end();
  expect(await asked).toEqual({ value: 1 });
  await clock.advance(50_000);
  expect(await queue.ask("a", find)).toEqual({ value: 1 });
  await clock.advance(1);
  expect(await queue.ask("a", async () => ({ value: 2 }))).toEqual({ value: 2 });
});

test("only the requests that wait for an answer get its error", async () => {
  const { queue } = start();
  const fail = () => Promise.reject(new Error("the database is away"));
  const waiting = [queue.ask("a", fail), queue.ask("a", counting())];
  const failed = { status: "rejected", reason: new Error("the database is away") } as const;
  expect(await Promise.allSettled(waiting)).toEqual([failed, failed]);
  expect(await queue.ask("a", counting())).toEqual({ value: 1 });
});

test("the cache is limited and drops the oldest answer first", async () => {
  const { queue } = start({ maxKept: 2 });
  const find = counting();
  for (const question of ["a", "b", "c"]) await queue.ask(question, find);
  expect(await queue.ask("b", find)).toEqual({ value: 2 });
  expect(await queue.ask("c", find)).toEqual({ value: 3 });
  expect(await queue.ask("a", find)).toEqual({ value: 4 });
});

test("work waits for its turn, also after failed work", async () => {
  const { queue } = start({ maxRunning: 1 });
  const log: string[] = [];
  const work = (name: string) => async () => {
    log.push(`begin ${name}`);
    await Promise.resolve();
    log.push(`end ${name}`);
    if (name === "b") throw new Error("the database is away");
    return { value: 0 };
  };
  const given = await Promise.allSettled(["a", "b", "c"].map((name) => queue.ask(name, work(name))));
  expect(given.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(log).toEqual(["begin a", "end a", "begin b", "end b", "begin c", "end c"]);
});

test("a request to a full queue gets 503, and works again once the queue has room", async () => {
  const { queue } = start({ maxRunning: 1, maxPending: 2 });
  const first = slow(1);
  const given = [queue.ask("first", first.work), queue.ask("second", async () => ({ value: 2 }))];
  const late = queue.ask("late", counting());
  await expect(late).rejects.toMatchObject({ code: "queue_full", status: 503, headers: { "Retry-After": "10" } });
  // An equal request takes no room.
  given.push(queue.ask("first", counting()));
  first.end();
  expect(await Promise.all(given)).toEqual([{ value: 1 }, { value: 2 }, { value: 1 }]);
  expect(await queue.ask("late", counting())).toEqual({ value: 1 });
});

test("work is skipped if all its clients have disconnected, and starts if one is left", async () => {
  const { queue } = start({ maxRunning: 1, maxPending: 3 });
  const [first, second, third] = [slow(1), slow(2), slow(3)];
  const [one, other] = [new AbortController(), new AbortController()];
  const busy = queue.ask("first", first.work);
  const left = queue.ask("second", second.work, one.signal);
  const shared = [queue.ask("third", third.work, one.signal), queue.ask("third", third.work, other.signal)];
  const reason = new Error("the client left");
  one.abort(reason);
  const failed = { status: "rejected", reason } as const;
  expect(await Promise.allSettled([left, shared[0]])).toEqual([failed, failed]);
  first.end();
  third.end();
  expect(await busy).toEqual({ value: 1 });
  expect(await shared[1]).toEqual({ value: 3 });
  expect([second.begun, third.begun]).toEqual([0, 1]);
  await expect(queue.ask("second", second.work, one.signal)).rejects.toThrow("the client left");
  expect(second.begun).toBe(0);
});

test("running work continues after its clients disconnect, and its answer is cached", async () => {
  const { queue } = start({ maxRunning: 1 });
  const [first, second] = [slow(1), slow(2)];
  const gone = new AbortController();
  const left = queue.ask("first", first.work, gone.signal);
  const next = queue.ask("second", second.work);
  gone.abort(new Error("the client left"));
  await expect(left).rejects.toThrow("the client left");
  expect(second.begun).toBe(0);
  first.end();
  second.end();
  expect(await next).toEqual({ value: 2 });
  expect(await queue.ask("first", counting())).toEqual({ value: 1 });
});

test("after its deadline, waiting work is skipped, and running work no longer blocks the queue", async () => {
  const { queue, clock } = start({ maxRunning: 1, deadlineMs: 8_000 });
  const [hung, second, third] = [slow(1), slow(2), slow(3)];
  const asked = [queue.ask("hung", hung.work)];
  await clock.advance(1);
  asked.push(queue.ask("second", second.work), queue.ask("third", third.work));
  const settled = Promise.allSettled(asked);
  await clock.advance(7_999);
  expect(second.begun).toBe(1);
  await clock.advance(1);
  second.end();
  const late = { status: "rejected", reason: expect.objectContaining({ code: "queue_timeout", status: 503 }) } as const;
  expect(await settled).toEqual([late, { status: "fulfilled", value: { value: 2 } }, late]);
  expect(third.begun).toBe(0);
  // A late answer is dropped.
  hung.end();
  expect(await queue.ask("hung", async () => ({ value: 9 }))).toEqual({ value: 9 });
  expect(clock.waiting).toBe(0);
});
