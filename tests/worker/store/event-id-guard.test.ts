// Event ids after a restored backup, a failover or a Redis without data.

import { afterAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createIdTransaction, type IdTransaction } from "../../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../../services/worker/store/poll.ts";
import { publishPending } from "../../../services/worker/tasks/publish.ts";
import { redisNames } from "../../../shared/channels.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { observed } from "../../rig/observed.ts";
import { silentLog } from "../../rig/silent-log.ts";
import { startStack } from "../../rig/stack.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
const { sql, redis } = stack;
const key = redisNames("").highestEventId;
const away = {
  get: () => Promise.reject(new Error("Redis is away")),
  set: () => Promise.reject(new Error("Redis is away")),
};
/** Where ids go on after they have leapt from the given one. */
const leapFrom = (eventId: number) => eventId + 1_000_000_001;
let hours = 0;

afterAll(stack.stop);
beforeEach(async () => {
  await redis.flushall();
  await sql`truncate batches, observations`;
  await sql`update stream_marks set published_event_id = 0, pruned_event_id = 0, timeline_event_id = 0`;
  await sql`alter sequence event_ids restart`;
});

/** A worker's transactions; a new one remembers nothing. */
const newWorker = (of: Parameters<typeof createIdTransaction>[0] = redis) => createIdTransaction(of, key, silentLog);

/** Stores and publishes this many events. @returns their ids */
async function poll(count: number, inIdTransaction: IdTransaction): Promise<number[]> {
  hours += 1;
  const at = new Date(Date.UTC(2026, 4, 6) + hours * 3_600_000).toISOString();
  const rows = Array.from({ length: count }, (_, index) => observed(String(10_000 + index), at, { tideFt: 1 }));
  const file = { etag: null, lastModified: null, hash: null };
  const { events } = await storePoll(sql, latestObsPath, file, rows, inIdTransaction);
  await publishPending(sql, redis);
  const first = Number(events?.firstEventId);
  expect(Number(events?.lastEventId)).toBe(first + count - 1);
  return Array.from({ length: count }, (_, index) => first + index);
}

/** As a backup would that was made after an event. */
async function setBackTo(eventId: number): Promise<void> {
  await sql`delete from observations where event_id > ${eventId}`;
  await sql`update stream_marks set published_event_id = ${eventId}, timeline_event_id = 0`;
  await sql`select setval('event_ids', ${eventId})`;
}

async function timeline(): Promise<number> {
  const [marks] = await sql<{ timelineEventId: string }[]>`select timeline_event_id from stream_marks`;
  return Number(marks?.timelineEventId);
}

describe("event ids", () => {
  test("begin at 1 and are consecutive across workers", async () => {
    const worker = newWorker();
    expect(await poll(2, worker)).toEqual([1, 2]);
    expect(await poll(2, newWorker())).toEqual([3, 4]);
    expect(await poll(1, worker)).toEqual([5]);
    expect(await redis.get(key)).toBe("5");
    expect(await timeline()).toBe(0);
  });

  test("leap far above the published ones, once, after the database was set back, in a new timeline", async () => {
    await poll(8, newWorker());
    await setBackTo(3);
    expect(await poll(1, newWorker())).toEqual([leapFrom(8)]);
    expect(await timeline()).toBe(leapFrom(8) - 1);
    expect(await poll(1, newWorker())).toEqual([leapFrom(8) + 1]);
  });

  test("also leap when the sequence is ahead of the rows, as after a failover to a replica", async () => {
    // PostgreSQL logs a sequence 32 values ahead, so a replica can have the sequence value of transactions that it lacks.
    await poll(8, newWorker());
    await sql`delete from observations where event_id > 6`;
    expect(await poll(1, newWorker())).toEqual([leapFrom(8)]);
    expect(await timeline()).toBe(leapFrom(8) - 1);
  });

  test("also leap in a new, empty database", async () => {
    await poll(8, newWorker());
    await setBackTo(1);
    await sql`truncate batches, observations`;
    await sql`alter sequence event_ids restart`;
    expect(await poll(1, newWorker())).toEqual([leapFrom(8)]);
  });

  test("stay in their timeline after the newest events were pruned", async () => {
    const worker = newWorker();
    await poll(8, worker);
    await sql`truncate batches, observations`;
    await sql`update stream_marks set pruned_event_id = 8`;
    expect(await poll(1, worker)).toEqual([9]);
  });
});

describe("while Redis has no event id", () => {
  test("ids leap, but in the same timeline: the database may be intact", async () => {
    await poll(8, newWorker());
    await redis.flushall();
    expect(await poll(1, newWorker())).toEqual([leapFrom(8)]);
    expect(await timeline()).toBe(0);
    expect(await poll(1, newWorker())).toEqual([leapFrom(8) + 1]);
  });

  test("a worker leaps a second time, because others may have published in between", async () => {
    const [first, second] = [newWorker(), newWorker()];
    await poll(8, newWorker());
    await redis.flushall();
    expect(await poll(1, first)).toEqual([leapFrom(8)]);
    const [published = 0] = await poll(1, second);
    await redis.flushall();
    await setBackTo(leapFrom(8));
    expect(await poll(1, first)).toEqual([leapFrom(published - 1)]);
  });

  test("a running worker detects by itself that the database was set back", async () => {
    const worker = newWorker();
    await poll(8, worker);
    await redis.flushall();
    await setBackTo(3);
    expect(await poll(1, worker)).toEqual([leapFrom(8)]);
    expect(await timeline()).toBe(leapFrom(8) - 1);
  });

  test("publishing pending events does not store one", async () => {
    await poll(8, newWorker());
    await redis.flushall();
    await setBackTo(3);
    await sql`update stream_marks set published_event_id = 2`;
    expect(await publishPending(sql, redis)).toBe(1);
    expect(await redis.get(key)).toBeNull();
  });
});

test("ids leap once, not at each poll, while Redis cannot store the highest id", async () => {
  await poll(8, newWorker());
  await redis.flushall();
  const worker = newWorker({ get: () => redis.get(key), set: away.set });
  expect(await poll(1, worker)).toEqual([leapFrom(8)]);
  expect(await poll(1, worker)).toEqual([leapFrom(8) + 1]);
});

describe("while Redis does not answer", () => {
  test("a worker still stores rows, with consecutive ids", async () => {
    const worker = newWorker(away);
    expect(await poll(2, worker)).toEqual([1, 2]);
    expect(await poll(2, worker)).toEqual([3, 4]);
  });

  test("a restarted worker leaps once", async () => {
    await poll(2, newWorker());
    const worker = newWorker(away);
    expect(await poll(1, worker)).toEqual([leapFrom(2)]);
    expect(await poll(1, worker)).toEqual([leapFrom(2) + 1]);
    expect(await timeline()).toBe(0);
  });
});
