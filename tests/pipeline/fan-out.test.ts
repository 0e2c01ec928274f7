// Tests that every listener gets every event, with one server and with several workers and servers.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createNdbcClient } from "../../services/worker/ndbc/client.ts";
import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { poll } from "../../services/worker/tasks/poll.ts";
import { publishPending } from "../../services/worker/tasks/publish.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { type Listening, listen } from "../rig/listen.ts";
import { latestObsFile } from "../rig/ndbc-file.ts";
import { silentLog } from "../rig/silent-log.ts";
import { startStack } from "../rig/stack.ts";
import { startUpstream } from "../rig/upstream.ts";

setDefaultTimeout(120_000);

/** Number of stations in NDBC's file. */
const stations = 890;

const stack = await startStack();
const server = await stack.start("server");
const upstream = startUpstream();

afterAll(async () => {
  await upstream.stop();
  await stack.stop();
});

/** Returns the events of a stream, in a form that can be compared. */
const heardBy = (listener: Listening) => listener.observations.map(({ id, data }) => `${id} ${data}`);

describe("ten listeners of one server", () => {
  let listeners: Listening[] = [];

  beforeAll(async () => {
    listeners = await Promise.all(Array.from({ length: 10 }, () => listen(`${server.url}/v1/observations/stream`)));
  });
  afterAll(() => {
    for (const listener of listeners) listener.leave();
  });

  test(`get every report of three polls of ${stations}, all in the same order`, async () => {
    const ndbc = createNdbcClient({ baseUrl: upstream.url });
    const publish = () => publishPending(stack.sql, stack.redis);
    for (let round = 1; round <= 3; round++) {
      upstream.files.set(latestObsPath, latestObsFile(stations, new Date(Date.UTC(2026, 4, 6, round))));
      await poll({
        sql: stack.sql,
        ndbc,
        publish,
        stations: null,
        retentionDays: 45,
        log: silentLog,
        inIdTransaction: unguardedIds,
      });
      for (const listener of listeners) await listener.heard(round * stations);
    }
    const [first, ...others] = listeners.map(heardBy);
    expect(first).toHaveLength(3 * stations);
    expect(new Set(first).size).toBe(3 * stations);
    for (const other of others) expect(other).toEqual(first ?? []);
  });
});

describe("two workers and three servers on one Redis and one PostgreSQL", () => {
  test("poll once per tick, not twice, and all fifteen streams get the same events", async () => {
    upstream.files.set(latestObsPath, latestObsFile(stations, new Date(Date.UTC(2026, 4, 7))));
    const servers = [server, ...(await Promise.all([stack.start("server"), stack.start("server")]))];
    const listeners = await Promise.all(
      servers.flatMap(({ url }) => Array.from({ length: 5 }, () => listen(`${url}/v1/observations/stream`))),
    );
    const before = upstream.requests.length;
    const env = { NDBC_URL: upstream.url, POLL_SECONDS: "3600", BACKFILL_HOURS: "0", RETENTION_DAYS: "36500" };
    const workers = await Promise.all([stack.start("worker", env), stack.start("worker", env)]);
    for (const listener of listeners) await listener.heard(stations);

    upstream.files.set(latestObsPath, latestObsFile(stations, new Date(Date.UTC(2026, 4, 8))));
    for (const worker of workers) await worker.stop();
    const polls = upstream.requests.slice(before).filter((path) => path === latestObsPath);
    expect(polls.length).toBe(1);
    const [first, ...others] = listeners.map(heardBy);
    expect(first?.length).toBe(stations);
    for (const other of others) expect(other).toEqual(first ?? []);
    for (const listener of listeners) listener.leave();
  });
});
