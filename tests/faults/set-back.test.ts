// A database that is set back under running services: by a backup, by a failover, with a Redis that forgets.

import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { createIdTransaction } from "../../services/worker/event-ids.ts";
import { publishPending } from "../../services/worker/publish.ts";
import { storePoll } from "../../services/worker/store.ts";
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
/** The stream of a server that lives through all of this. */
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

/** Resolves with what a stream's reset says. */
async function resetOf(listener: Listening): Promise<{ reason: string; lastEventId: string }> {
  return JSON.parse((await listener.event(({ event }) => event === "reset")).data);
}

async function storedAfter(eventId: string): Promise<string[]> {
  const rows = await stack.sql<{ eventId: string }[]>`
    select event_id from observations where event_id > ${eventId} order by event_id
  `;
  return rows.map((row) => row.eventId);
}

/** What a worker does, without a process: a new one remembers nothing. */
function newWorker() {
  const inIdTransaction = createIdTransaction(stack.redis, redisNames("").highestEventId, silentLog);
  return {
    /** Stores as many events in one commit. @returns their ids */
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

/** 100 events, a backup, 300 events more, and a listener that has heard all of them. */
async function untilRestored() {
  const worker = newWorker();
  await worker.poll(100);
  const backup = await backUp(stack.databaseUrl, stack.sql);
  const listener = await listening(server);
  const lost = await worker.poll(300);
  await listener.heard(300);
  return { worker, lost, listener, backup };
}

test("a backup restored under workers and servers: open and late streams get a reset, and then every event", async () => {
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
    // It has heard nothing of the new timeline before its reset.
    expect(listener.observations).toHaveLength(500);
    const resumed = await listening(servers[index] ?? "", lastEventId);
    await resumed.heard(stationCount);
    // The worker may poll once between the restore and the new file: then it stores again what the backup lacks.
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

test("a listener that resumes before any event was published tells its server that the database was set back", async () => {
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

test("a second restore of the same backup sets ids above those of the first, also by workers that were restarted", async () => {
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

test("with Redis empty at the same time no id is given twice, and open and late listeners hear every stored event", async () => {
  const { lost, listener, backup } = await untilRestored();
  await backup.restore();
  await stack.redis.flushall();
  const ids = await newWorker().poll(stationCount);
  expect(BigInt(ids[0] ?? 0)).toBeGreaterThan(BigInt(lost.at(-1) ?? 0));
  expect(idsOf(await listener.heard(300 + stationCount)).slice(300)).toEqual(ids);
  const late = await listening(server, lost[10]);
  expect(idsOf(await late.heard(stationCount))).toEqual(ids);
});

test("a Redis that comes back empty beside an unharmed database costs no listener a reset or an event", async () => {
  const { worker, lost, listener } = await untilRestored();
  await stack.redis.flushall();
  const ids = [...(await newWorker().poll(5)), ...(await worker.poll(5))];
  expect(idsOf(await listener.heard(310)).slice(300)).toEqual(ids);
  const late = await listening(server, lost[10]);
  expect(idsOf(await late.heard(289 + 10))).toEqual([...lost.slice(11), ...ids]);
  expect(late.events.filter(({ event }) => event === "reset")).toEqual([]);
});
