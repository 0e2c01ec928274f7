// What expensive questions of one client may cost, and what others get meanwhile.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../services/worker/store/poll.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { type RunningApp, startApp } from "../rig/app.ts";
import { listen } from "../rig/listen.ts";
import { neverRead } from "../rig/never-read.ts";
import { observed } from "../rig/observed.ts";
import { startStack } from "../rig/stack.ts";
import { createTestClock } from "../rig/test-clock.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
const app = await startApp(stack, { trustedProxies: 1 });
const file = { etag: null, lastModified: null, hash: null };
await storePoll(
  stack.sql,
  latestObsPath,
  file,
  [observed("44009", "2026-05-05T12:00:00Z", { latitude: 38.5, longitude: -74.7 })],
  unguardedIds,
);

afterAll(async () => {
  await app.stop();
  await stack.stop();
});

const from = (address: string, signal?: AbortSignal) => ({
  headers: { "X-Forwarded-For": address },
  ...(signal && { signal }),
});
const ask = (path: string, address: string, { url }: RunningApp = app) => fetch(url + path, from(address));
const unknownStations = (count: number) => Array.from({ length: count }, (_, index) => `NONE${index}`).join();

/** Keeps every question about stations waiting in PostgreSQL until the returned function is called. */
async function lockStations(): Promise<() => Promise<unknown>> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const holding = stack.sql.begin(async (tx) => {
    await tx`lock table stations in access exclusive mode`;
    locked.resolve();
    await promise;
  });
  await locked.promise;
  return () => {
    resolve();
    return holding;
  };
}

/** How many statements wait for the lock. */
async function waiting(): Promise<number> {
  const [row] = await stack.sql<{ count: number }[]>`
    select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
  `;
  return row?.count ?? 0;
}

async function untilWaiting(count: number): Promise<void> {
  while ((await waiting()) !== count) await Bun.sleep(5);
}

describe("while questions about history take long", () => {
  const slow = "/v1/conditions?bbox=-180,-90,180,90";
  const opening = "/v1/observations/stream?since=2026-05-06T00:00:00Z&bbox=-180,-90,180,90";

  test("three run at once, two of one client; the database stops those whose clients leave, also streams", async () => {
    const unlock = await lockStations();
    const [leaver, other] = [new AbortController(), new AbortController()];
    const left = [slow, opening, slow, opening].map((path) =>
      fetch(app.url + path, from("198.51.100.1", leaver.signal)).then((response) => response.text()),
    );
    const settled = Promise.allSettled(left);
    await untilWaiting(2);
    const others = Promise.allSettled(
      ["198.51.100.2", "198.51.100.3"].map((address) => fetch(app.url + slow, from(address, other.signal))),
    );
    await untilWaiting(3);
    leaver.abort();
    await settled;
    // The two that the first client kept from running.
    await untilWaiting(2);
    other.abort();
    await others;
    await untilWaiting(0);
    await unlock();
    expect((await ask(slow, "198.51.100.1")).status).toBe(200);
  });

  test("others get events, readiness and short answers; past a small queue a client gets 503 at once", async () => {
    const unlock = await lockStations();
    const listener = await listen(`${app.url}/v1/observations/stream`, from("198.51.100.9").headers);
    // Two run and eight wait.
    const asked = Array.from({ length: 10 }, () => ask(slow, "198.51.100.4"));
    const opened = () => fetch(app.url + opening, { ...from("198.51.100.4"), method: "HEAD" });
    while ((await opened()).status === 200) await Bun.sleep(5);
    for (const path of [slow, "/v1/observations?format=csv", opening, "/v1/observations?limit=10000"]) {
      const refused = await ask(path, "198.51.100.4");
      expect(refused.status).toBe(503);
      expect(refused.headers.get("Retry-After")).toBe("10");
      expect(await refused.json()).toMatchObject({ code: "queue_full" });
    }
    await stack.redis.publish(
      "observations:new",
      '{"stationId":"44009","timestamp":"2025-11-15T12:00:00.000Z","waveHeightM":1.2,"windSpeedMps":5.1,"windDirDeg":180,"waterTempC":12.4,"pressureHpa":1012.8}',
    );
    await listener.heard(1);
    listener.leave();
    expect((await ask("/ready", "198.51.100.5")).status).toBe(200);
    expect((await ask("/v1/observations", "198.51.100.5")).status).toBe(200);
    // The database ends each after three seconds.
    const answers = await Promise.all(asked);
    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get("Retry-After")).toMatch(/^\d+$/);
    }
    await unlock();
    expect((await ask(slow, "198.51.100.4")).status).toBe(200);
  });
});

describe("with many rows", () => {
  const rows = 45_000;
  beforeAll(async () => {
    await stack.sql`
      insert into observations (station_id, observed_at, wave_height_m, wind_speed_mps, water_temp_c, pressure_hpa)
      select 'TEST' || number % 100, timestamptz '2026-05-06' + number / 100 * interval '1 minute', random(), random(), random(), random()
      from generate_series(0, ${rows - 1}::int) as number
    `;
    await stack.sql`
      insert into observations (station_id, observed_at)
      select 'RARE' || number, timestamptz '2026-05-06' + number * interval '1 hour' from generate_series(1, 3) as number
    `;
  });

  test("large answers count as many requests, and those of other clients stay one", async () => {
    // On a stopped clock, so that the limit is not given again meanwhile.
    const server = await startApp(stack, { clock: createTestClock(), trustedProxies: 1 });
    const large = () => ask("/v1/observations?limit=10000", "198.51.100.20", server);
    let answered = 0;
    let last = await large();
    for (; last.status === 200; last = await large()) {
      await last.bytes();
      answered += 1;
    }
    expect(last.status).toBe(429);
    // Each counts as 21 of 200.
    expect(answered).toBe(10);
    expect((await ask("/v1/observations", "198.51.100.21", server)).status).toBe(200);
    await server.stop();
  });

  test("rare rows of many stations are all found, page by page and at once", async () => {
    const path = `/v1/observations?stations=${unknownStations(490)},RARE1,RARE2,RARE3`;
    const found: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const response = await ask(path + (cursor && `&cursor=${cursor}`), "198.51.100.22");
      const page = (await response.json()) as { observations: { stationId: string }[]; nextCursor: string | null };
      found.push(...page.observations.map(({ stationId }) => stationId));
      cursor = page.nextCursor;
    }
    expect(found).toEqual(["RARE1", "RARE2", "RARE3"]);
    const lines = (await (await ask(`${path}&format=ndjson`, "198.51.100.22")).text()).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).stationId)).toEqual(found);
  });

  test.each(["csv", "ndjson"])(
    "a reader of %s that is too slow is cut off, and its place is free again",
    async (format) => {
      const clock = createTestClock();
      const server = await startApp(stack, { clock });
      const path = `/v1/observations?format=${format}`;
      const idle = clock.waiting;
      const sleepers = [await neverRead(server.url + path), await neverRead(server.url + path)];
      while (clock.waiting < idle + 2) await Bun.sleep(5);
      expect((await fetch(server.url + path)).status).toBe(429);
      let next = await fetch(server.url + path);
      while (next.status === 429) {
        await clock.advance(1_000);
        next = await fetch(server.url + path);
      }
      expect(next.status).toBe(200);
      await next.body?.cancel();
      for (const sleeper of sleepers) sleeper.leave();
      await server.stop();
    },
  );
});

describe("a replay", () => {
  let late: RunningApp;

  beforeAll(async () => {
    // Five old events, and after them more than a replay may search.
    await stack.sql`
      insert into observations (station_id, observed_at, event_id)
      select '46026', timestamptz '2026-06-01' + number * interval '1 minute', number + 10 from generate_series(1, 5) as number
    `;
    await stack.sql`
      insert into observations (station_id, observed_at, event_id)
      select '46027', timestamptz '2026-06-05' + number * interval '1 second', number + 1000000
      from generate_series(1, 200100) as number
    `;
    await stack.sql`select setval('event_ids', 1200100)`;
    // A server that starts now begins after them.
    late = await startApp(stack, { trustedProxies: 1 });
  });
  afterAll(() => late.stop());

  test.each([
    `since=2000-01-01T00:00:00Z&stations=${unknownStations(20)}`,
    "since=2000-01-01T00:00:00Z&bbox=-180,-90,180,90",
    "since=2000-01-01T00:00:00Z",
    "lastEventId=12&stations=46026",
    "lastEventId=12&bbox=-75,38,-74,39",
    "lastEventId=12",
  ])("that would search too many events is a reset: %s", async (query) => {
    const listener = await listen(`${late.url}/v1/observations/stream?${query}`, from("198.51.100.31").headers);
    await listener.event(({ event }) => event === "reset");
    listener.leave();
    expect(listener.observations).toEqual([]);
  });

  test("of the newest events is complete", async () => {
    const listener = await listen(
      `${late.url}/v1/observations/stream?since=2026-06-07T07:34:57Z&stations=46027,${unknownStations(400)}`,
      from("198.51.100.32").headers,
    );
    await listener.heard(4);
    listener.leave();
    expect(listener.observations.map(({ id }) => id)).toEqual(["1200097", "1200098", "1200099", "1200100"]);
  });
});
