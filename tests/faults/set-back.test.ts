// A database that is set back while services run: by a backup, by a failover, or with an empty Redis.

import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { createIdTransaction } from "../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../services/worker/store/poll.ts";
import { publishPending } from "../../services/worker/tasks/publish.ts";
import { redisNames } from "../../shared/channels.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { backUp } from "../rig/backup.ts";
import { type Listening, listen } from "../rig/listen.ts";
import { latestObsFile } from "../rig/ndbc-file.ts";
import { observed } from "../rig/observed.ts";
import { silentLog } from "../rig/silent-log.ts";
import { type Service, type Stack, startStack } from "../rig/stack.ts";
import { startUpstream } from "../rig/upstream.ts";

setDefaultTimeout(120_000);

const stationCount = 880;
const hourMs = 3_600_000;
const setBack = /^the database was set back/;

const upstream = startUpstream();
const open: Listening[] = [];
let stack: Stack;
/** Stream of a server that runs through all tests. */
let server: string;
let time = Date.UTC(2026, 4, 6);

beforeAll(async () => {
  stack = await startStack();
  server = await streamOf(await stack.start("server"));
});
afterEach(() => {
  for (const listener of open.splice(0)) listener.leave();
});
afterAll(async () => {
  await stack.stop();
  await upstream.stop();
});

async function streamOf({ url }: Service): Promise<string> {
  while (!(await fetch(`${url}/ready`)).ok) await Bun.sleep(10);
  return `${url}/v1/observations/stream`;
}

async function listening(url: string, lastEventId?: string): Promise<Listening> {
  const listener = await listen(url, lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId });
  open.push(listener);
  return listener;
}

const idsOf = (events: Listening["events"]) => events.map(({ id }) => id);

/** Resolves with the data of a stream's reset. */
async function resetOf(listener: Listening): Promise<{ reason: string; lastEventId: string }> {
  return JSON.parse((await listener.event(({ event }) => event === "reset")).data);
}

async function storedAfter(eventId: string): Promise<string[]> {
  const rows = await stack.sql<{ eventId: string }[]>`
    select event_id from observations where event_id > ${eventId} order by event_id
  `;
  return rows.map((row) => row.eventId);
}

/** Creates a worker's store in this process; a new one has no state in memory. */
function newWorker() {
  const inIdTransaction = createIdTransaction(stack.redis, redisNames("").highestEventId, silentLog);
  return {
    /** Stores this many events in one commit. @returns their ids */
    async store(count: number): Promise<string[]> {
      time += hourMs;
      const at = new Date(time).toISOString();
      const rows = Array.from({ length: count }, (_, index) => observed(String(10_000 + index), at, { tideFt: 1 }));
      const file = { etag: null, lastModified: null, hash: null };
      await storePoll(stack.sql, latestObsPath, file, rows, inIdTransaction);
      const newest = await stack.sql<{ eventId: string }[]>`
        select event_id from observations where event_id is not null order by event_id desc limit ${count}
      `;
      return newest.map((row) => row.eventId).reverse();
    },
    async poll(count: number): Promise<string[]> {
      const ids = await this.store(count);
      await publishPending(stack.sql, stack.redis);
      return ids;
    },
  };
}

/** Stores 100 events, makes a backup, stores 300 more, waits until a listener has received all, and restores the backup. */
async function untilRestored() {
  const worker = newWorker();
  const early = await listening(server);
  const before = await worker.poll(100);
  // A listener that connects before the server has these events would receive them too.
  await early.event(({ id }) => id === before.at(-1));
  const backup = await backUp(stack.databaseUrl, stack.sql);
  const listener = await listening(server);
  const lost = await worker.poll(300);
  await listener.heard(300);
  return { worker, lost, listener, backup };
}

test("after a restore while services run, open and resumed streams get a reset, and then every event", async () => {
  const second = await stack.start("server");
  const servers = [server, await streamOf(second)] as const;
  const listeners = await Promise.all(servers.map((url) => listening(url)));
  upstream.files.set(latestObsPath, latestObsFile(100, new Date(time)));
  const env = { NDBC_URL: upstream.url, POLL_SECONDS: "1", BACKFILL_HOURS: "0" };
  const worker = await stack.start("worker", env);
  for (const listener of listeners) await listener.heard(100);
  const backup = await backUp(stack.databaseUrl, stack.sql);
  time += hourMs;
  upstream.files.set(latestObsPath, latestObsFile(400, new Date(time)));
  for (const listener of listeners) await listener.heard(500);
  const passed = idsOf(listeners[0]?.observations ?? []).at(-1) ?? "";

  await backup.restore();
  time += hourMs;
  upstream.files.set(latestObsPath, latestObsFile(stationCount, new Date(time)));

  for (const [index, listener] of listeners.entries()) {
    const { reason, lastEventId } = await resetOf(listener);
    expect(reason).toMatch(setBack);
    await listener.ended;
    // It received no event of the restored database before its reset.
    expect(listener.observations).toHaveLength(500);
    const resumed = await listening(servers[index] ?? "", lastEventId);
    await resumed.heard(stationCount);
    // The worker may poll once between the restore and the new file; it then stores the rows that the backup lacks again.
    await resumed.event(
      ({ data }) => data.includes(new Date(time).toISOString()) && data.includes(String(9_999 + stationCount)),
    );
    expect(idsOf(resumed.observations)).toEqual(await storedAfter(lastEventId));
    expect(BigInt(lastEventId)).toBeGreaterThan(BigInt(passed));
  }
  const late = await listening(servers[0], String(BigInt(passed) - 50n));
  expect((await resetOf(late)).reason).toMatch(setBack);
  const warning = await worker.line(({ message }) => message.startsWith("PostgreSQL is behind what was published"));
  expect(warning.level).toBe("warn");
  await Promise.all([worker.stop(), second.stop()]);
});

test("a server detects a set-back database from a resume request before any event is published", async () => {
  const { worker, lost, listener, backup } = await untilRestored();
  await backup.restore();
  await worker.store(stationCount);
  const late = await listening(server, lost[10]);
  expect((await resetOf(late)).reason).toMatch(setBack);
  const { reason, lastEventId } = await resetOf(listener);
  expect(reason).toMatch(setBack);
  const resumed = await listening(server, lastEventId);
  expect(idsOf(await resumed.heard(stationCount))).toEqual(await storedAfter(lastEventId));
});

test("after a second restore of the same backup, new ids are above all earlier ones, also after a worker restart", async () => {
  const { listener, backup } = await untilRestored();
  await backup.restore();
  const again = await backUp(stack.databaseUrl, stack.sql);
  const first = await newWorker().poll(10);
  await resetOf(listener);
  const between = await listening(server, first.at(-1));
  await again.restore();
  const second = await newWorker().poll(10);
  expect(BigInt(second[0] ?? 0)).toBeGreaterThan(BigInt(first.at(-1) ?? 0));
  expect((await resetOf(between)).reason).toMatch(setBack);
});

test("with an empty Redis too, no id is used twice, and open and resumed streams get every stored event", async () => {
  const { lost, listener, backup } = await untilRestored();
  await backup.restore();
  await stack.redis.flushall();
  const ids = await newWorker().poll(stationCount);
  expect(BigInt(ids[0] ?? 0)).toBeGreaterThan(BigInt(lost.at(-1) ?? 0));
  expect(idsOf(await listener.heard(300 + stationCount)).slice(300)).toEqual(ids);
  const late = await listening(server, lost[10]);
  expect(idsOf(await late.heard(stationCount))).toEqual(ids);
});

test("an empty Redis with an intact database causes no reset and no lost event", async () => {
  const { worker, lost, listener } = await untilRestored();
  await stack.redis.flushall();
  const ids = [...(await newWorker().poll(5)), ...(await worker.poll(5))];
  expect(idsOf(await listener.heard(310)).slice(300)).toEqual(ids);
  const late = await listening(server, lost[10]);
  expect(idsOf(await late.heard(289 + 10))).toEqual([...lost.slice(11), ...ids]);
  expect(late.events.filter(({ event }) => event === "reset")).toEqual([]);
});

test("after a restore with an empty Redis, `bun run restored` resets every listener, and no id is used twice", async () => {
  const { lost, listener, backup } = await untilRestored();
  await backup.restore();
  await stack.redis.flushall();
  const program = join(import.meta.dir, "../../services/worker/restored.ts");
  const env = { PATH: process.env.PATH, DATABASE_URL: stack.databaseUrl };
  const said = await Bun.$`bun ${program}`.env(env).text();
  const from = /^Event ids continue after (\d+)\. Every listener gets a reset/.exec(said)?.[1] ?? "0";
  expect(BigInt(from)).toBeGreaterThanOrEqual(BigInt(lost.at(-1) ?? 0) + 999_999_000n);

  const after = await newWorker().poll(50);
  expect(after.every((id) => BigInt(id) > BigInt(from))).toBe(true);
  expect((await resetOf(listener)).reason).toMatch(setBack);
  for (const id of [lost[0], lost.at(-1)]) {
    expect((await resetOf(await listening(server, id))).reason).toMatch(setBack);
  }
  const resumed = await listening(server, after[0]);
  await resumed.heard(49);
  expect(idsOf(resumed.events).filter(Boolean).slice(-49)).toEqual(after.slice(1));
});
