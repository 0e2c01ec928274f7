// Tests of two installs that share one Redis, each with its own PostgreSQL.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../services/worker/store/poll.ts";
import { publishPending } from "../../services/worker/tasks/publish.ts";
import { migrate } from "../../shared/database/migrate.ts";
import { connectSql } from "../../shared/database/sql.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { createDatabase } from "../rig/database.ts";
import { type Listening, listen } from "../rig/listen.ts";
import { latestObsFile } from "../rig/ndbc-file.ts";
import { observed } from "../rig/observed.ts";
import { type LogLine, type Service, startStack } from "../rig/stack.ts";
import { startUpstream } from "../rig/upstream.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
const upstream = startUpstream();
const otherUpstream = startUpstream();
const otherUrl = await createDatabase();
const otherSql = connectSql(otherUrl, "test");
await migrate(otherSql);

afterAll(async () => {
  await stack.stop();
  await otherSql.end({ timeout: 1 });
  await upstream.stop();
  await otherUpstream.stop();
});

async function startServer(env: Record<string, string> = {}): Promise<{ server: Service; listener: Listening }> {
  const server = await stack.start("server", env);
  while (!(await fetch(`${server.url}/ready`)).ok) await Bun.sleep(10);
  return { server, listener: await listen(`${server.url}/v1/observations/stream`) };
}

const stationsOf = ({ observations }: Listening) => observations.map(({ data }) => JSON.parse(data).stationId);
const namesOther = ({ reason }: LogLine) => String(reason).includes("another install may use this channel");

test("with a REDIS_NAMESPACE for one of them each polls by itself, and listeners get no event of the other", async () => {
  const time = new Date(Date.UTC(2026, 4, 6));
  const [header = "", units = "", ...rows] = latestObsFile(40, time).trim().split("\n");
  upstream.files.set(latestObsPath, [header, units, ...rows.slice(0, 20), ""].join("\n"));
  otherUpstream.files.set(latestObsPath, [header, units, ...rows.slice(20), ""].join("\n"));
  const other = { DATABASE_URL: otherUrl, REDIS_NAMESPACE: "other" };
  const worker = { POLL_SECONDS: "3600", BACKFILL_HOURS: "0" };

  const [ours, theirs] = await Promise.all([startServer(), startServer(other)]);
  await stack.start("worker", { ...worker, NDBC_URL: upstream.url });
  await stack.start("worker", { ...worker, ...other, NDBC_URL: otherUpstream.url });
  await Promise.all([ours.listener.heard(20), theirs.listener.heard(20)]);

  expect(stationsOf(ours.listener)).toEqual(rows.slice(0, 20).map((row) => row.slice(0, 5)));
  expect(stationsOf(theirs.listener)).toEqual(rows.slice(20).map((row) => row.slice(0, 5)));
  // Both use the same ids, and neither confuses them with its own.
  expect(ours.listener.observations.map(({ id }) => id)).toEqual(theirs.listener.observations.map(({ id }) => id));
  expect([...ours.server.logged, ...theirs.server.logged].filter(namesOther)).toEqual([]);
  const keys = await stack.redis.keys("*");
  expect(keys.filter((key) => !/^(\{(other:)?bellbuoy\}|(other:)?bellbuoy):/.test(key))).toEqual([]);
  expect(keys).toContain("bellbuoy:highest-event-id");
  expect(keys).toContain("other:bellbuoy:highest-event-id");
  for (const { listener } of [ours, theirs]) listener.leave();
});

test.each([
  ["right after", null],
  ["far above", 60],
  ["below", 2],
])(
  "events that another install publishes on the same channel, with ids %s ours, reach no listener and get one log line",
  async (_, id) => {
    const { server, listener } = await startServer();
    const [{ next }] = await stack.sql<[{ next: number }]>`select max(event_id)::int + 1 as next from observations`;
    const nextId = id ?? next;
    await otherSql`select setval('event_ids', ${nextId}, false)`;
    await otherSql`update stream_marks set published_event_id = ${nextId - 1}`;
    await otherSql`truncate batches, observations`;
    const rows = Array.from({ length: 5 }, (_, index) => observed("46026", `2026-05-07T0${index}:00Z`, { tideFt: 9 }));
    await storePoll(otherSql, latestObsPath, { etag: null, lastModified: null, hash: null }, rows, unguardedIds);
    await publishPending(otherSql, stack.redis);
    await server.line(namesOther);

    const own = observed("44009", `2026-05-08T${10 + (nextId % 10)}:00Z`, { tideFt: 1 });
    await storePoll(stack.sql, latestObsPath, { etag: null, lastModified: null, hash: null }, [own], unguardedIds);
    await publishPending(stack.sql, stack.redis);
    await listener.heard(1);
    expect(stationsOf(listener)).toEqual(["44009"]);
    expect(server.logged.filter(namesOther)).toHaveLength(1);
    listener.leave();
  },
);
