import { afterAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Redis } from "ioredis";
import { unguardedIds } from "../../services/worker/event-ids.ts";
import { publishPending } from "../../services/worker/publish.ts";
import {
  type PositionedObservation,
  readFile,
  rememberFile,
  type Station,
  storeHistory,
  storePoll,
  storeStations,
  wholeFile,
} from "../../services/worker/store.ts";
import { measurements, type Observation, type StoredObservation } from "../../shared/measurements.ts";
import { encodeMessage } from "../../shared/observation.ts";
import { redisAddress } from "../../shared/redis.ts";
import { lockSpace, locks } from "../../shared/sql.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { observed } from "../rig/observed.ts";
import { startStack } from "../rig/stack.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
const { sql } = stack;
const file = { etag: '"1"', lastModified: null, hash: "abc" };
const noon = "2026-05-06T12:00Z";
const unchanged = { added: 0, changed: 0, events: null };

afterAll(stack.stop);

beforeEach(async () => {
  await sql`truncate observations, stations, upstream_files, backfilled_hours`;
  await sql`update stream_marks set published_event_id = 0, pruned_event_id = 0`;
  await sql`alter sequence event_ids restart`;
});

const poll = (...rows: PositionedObservation[]) => storePoll(sql, latestObsPath, file, rows, unguardedIds);

/** What is stored, in the order of the event ids; what has none comes last. */
async function stored(): Promise<StoredObservation[]> {
  const rows = await sql<StoredObservation[]>`
    select station_id, observed_at, ${sql(measurements)}, event_id from observations
    order by event_id, observed_at, station_id
  `;
  return [...rows];
}

/** A row as it is expected to be stored. */
function row({ latitude: _, longitude: __, ...observation }: PositionedObservation, eventId: string | null) {
  return { ...observation, eventId };
}

/** Subscribes, publishes what is pending, and resolves with all that was heard. */
async function heardWhile(publish: () => Promise<unknown>): Promise<string[]> {
  const subscriber = new Redis(redisAddress(stack.redisUrl));
  const messages: string[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  subscriber.on("message", (_channel, text) => (text === "that is all" ? resolve() : messages.push(text)));
  await subscriber.subscribe("observations:new");
  await publish();
  await stack.redis.publish("observations:new", "that is all");
  await ended;
  subscriber.disconnect();
  return messages;
}

const publish = () => publishPending(sql, stack.redis);
const eventIds = (messages: string[]) => messages.map((text) => Number(JSON.parse(text).eventId));

describe("a poll", () => {
  test("stores every field, with event ids that rise in order of time, and tells how many rows were new and which ids they got", async () => {
    const all = Object.fromEntries(measurements.map((name, index) => [name, index + 0.1])) as Partial<Observation>;
    const [first, second, third] = [
      observed("46026", "2026-05-06T11:50Z", all),
      observed("44009", noon, { waterTempC: -1.5 }),
      observed("51001", noon),
    ];
    const events = { firstEventId: "1", lastEventId: "3" };
    expect(await poll(third, second, first)).toEqual({ added: 3, changed: 0, events });
    expect(await stored()).toEqual([row(first, "1"), row(second, "2"), row(third, "3")]);
  });

  test("fills what was missing and replaces what changed, but never erases", async () => {
    await poll(observed("44009", noon, { waveHeightM: 1.2, windSpeedMps: 5, airTempC: 12 }));
    const counts = await poll(observed("44009", noon, { waveHeightM: 1.3, windSpeedMps: null, waterTempC: 0 }));
    expect(counts).toEqual({ added: 0, changed: 1, events: { firstEventId: "2", lastEventId: "2" } });
    expect(await stored()).toEqual([
      row(observed("44009", noon, { waveHeightM: 1.3, windSpeedMps: 5, airTempC: 12, waterTempC: 0 }), "2"),
    ]);
  });

  test("leaves a row that says nothing new where it is in the stream, and uses up no event id for it", async () => {
    const wave = observed("44009", noon, { waveHeightM: 1.2 });
    await poll(wave);
    for (let again = 0; again < 3; again++) expect(await poll(wave)).toEqual(unchanged);
    expect(await poll(observed("44009", noon))).toEqual(unchanged);
    await poll(wave, observed("46026", noon));
    expect((await stored()).map(({ stationId, eventId }) => [stationId, eventId])).toEqual([
      ["44009", "1"],
      ["46026", "2"],
    ]);
  });

  test("with the same row twice stores one of both, the later values winning", async () => {
    const counts = await poll(
      observed("44009", noon, { waveHeightM: 1.2, windSpeedMps: 5 }),
      observed("44009", noon, { waveHeightM: 1.3, airTempC: 12 }),
    );
    expect(counts).toEqual({ added: 1, changed: 0, events: { firstEventId: "1", lastEventId: "1" } });
    expect(await stored()).toEqual([
      row(observed("44009", noon, { waveHeightM: 1.3, windSpeedMps: 5, airTempC: 12 }), "1"),
    ]);
  });

  test("without a row remembers its file", async () => {
    expect(await poll()).toEqual(unchanged);
    expect(await readFile(sql, latestObsPath)).toMatchObject(file);
  });

  test("that fails at one row stores nothing: no row, no position, no file", async () => {
    const broken = { ...observed("46026", noon), observedAt: new Date("+275760-09-13") };
    await expect(poll(observed("44009", noon), broken)).rejects.toThrow();
    expect(await stored()).toEqual([]);
    expect(await sql`select * from stations`).toHaveLength(0);
    expect(await readFile(sql, latestObsPath)).toBeNull();
  });

  test("waits for another one, so that ids become visible in the order they were given", async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const holding = await holdEventIds(released, async () => {});
    const polling = poll(observed("44009", noon));
    await untilWaiting();
    expect(await sql`select last_value from event_ids where is_called`).toHaveLength(0);
    release();
    await Promise.all([holding.done, polling]);
    expect(await stored()).toHaveLength(1);
  });
});

/** Takes the lock of event ids as another worker's poll does, and keeps it until `released`. */
async function holdEventIds(released: Promise<void>, work: (tx: typeof sql) => Promise<unknown>) {
  const held = Promise.withResolvers<void>();
  const done = sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${lockSpace}, ${locks.eventIds})`;
    await work(tx as unknown as typeof sql);
    held.resolve();
    await released;
  });
  await held.promise;
  return { done };
}

/** Resolves when a transaction in this database waits for another one. PostgreSQL can only be asked. */
async function untilWaiting(): Promise<void> {
  for (;;) {
    const waiting = await sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
    `;
    if (waiting.length > 0) return;
    await Bun.sleep(5);
  }
}

describe("history", () => {
  test("gets no event id, and its stations become known", async () => {
    const counts = await storeHistory(
      sql,
      [observed("44009", noon, { waveHeightM: 1 }), observed("46026", noon)],
      unguardedIds,
    );
    expect(counts).toEqual({ added: 2, changed: 0, events: null });
    expect((await stored()).map(({ eventId }) => eventId)).toEqual([null, null]);
    expect(await sql`select last_value from event_ids where is_called`).toHaveLength(0);
    expect(await sql`select station_id, latitude from stations order by station_id`).toMatchObject([
      { stationId: "44009", latitude: null },
      { stationId: "46026", latitude: null },
    ]);
  });

  test("that changes an event makes it the next one, and is published as such", async () => {
    await poll(observed("44009", noon, { waveHeightM: 1.2 }), observed("46026", noon));
    await publish();
    const history = [observed("44009", noon, { airTempC: 12 }), observed("51001", noon), observed("46026", noon)];
    const events = { firstEventId: "3", lastEventId: "3" };
    expect(await storeHistory(sql, history, unguardedIds)).toEqual({ added: 1, changed: 1, events });
    const changed = row(observed("44009", noon, { waveHeightM: 1.2, airTempC: 12 }), "3");
    expect(await stored()).toEqual([row(observed("46026", noon), "2"), changed, row(observed("51001", noon), null)]);
    expect(await heardWhile(publish)).toEqual([encodeMessage({ ...changed, eventId: "3" })]);
  });

  test("that says nothing new of an event uses up no event id", async () => {
    await poll(observed("44009", noon, { waveHeightM: 1.2 }));
    for (const values of [{}, { waveHeightM: 1.2 }]) {
      expect(await storeHistory(sql, [observed("44009", noon, values)], unguardedIds)).toEqual(unchanged);
    }
    expect(await sql`select last_value::int from event_ids`).toMatchObject([{ lastValue: 1 }]);
  });

  test("that changes more events than a statement takes gives each an id of its own", async () => {
    const hourly = Array.from({ length: 6_000 }, (_, minute) => ({
      ...observed("44009", noon, { tideFt: 1 }),
      observedAt: new Date(Date.parse(noon) + minute * 60_000),
    }));
    await poll(...hourly);
    const counts = await storeHistory(
      sql,
      hourly.map((each) => ({ ...each, airTempC: 12 })),
      unguardedIds,
    );
    expect(counts).toEqual({ added: 0, changed: 6_000, events: { firstEventId: "6001", lastEventId: "12000" } });
    const [ids] = await sql`
      select count(*)::int as rows, min(event_id)::int as first, max(event_id)::int as last from observations
      where air_temp_c = 12
    `;
    expect(ids).toEqual({ rows: 6_000, first: 6_001, last: 12_000 });
  });

  test("becomes an event once a poll reports it, since nobody was told of it", async () => {
    const observation = observed("44009", noon, { waveHeightM: 1.2 });
    await storeHistory(sql, [observation], unguardedIds);
    await poll(observation);
    expect(await stored()).toEqual([row(observation, "1")]);
    await poll(observation);
    expect(await stored()).toEqual([row(observation, "1")]);
  });

  test("never takes back what a poll stores at the same time", async () => {
    await poll(observed("44009", noon, { waveHeightM: 1.2 }));
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const holding = await holdEventIds(
      released,
      (tx) => tx`update observations set wave_height_m = 1.3, event_id = nextval('event_ids')`,
    );
    const backfilling = storeHistory(sql, [observed("44009", noon, { airTempC: 12 })], unguardedIds);
    await untilWaiting();
    release();
    await Promise.all([holding.done, backfilling]);
    expect(await stored()).toEqual([row(observed("44009", noon, { waveHeightM: 1.3, airTempC: 12 }), "3")]);
  });

  test("and a poll of the same rows at once lose none of each other's values, and do not wait for each other for ever", async () => {
    const stationIds = Array.from({ length: 300 }, (_, index) => `B${1_000 + index}`);
    const later = "2026-05-06T12:10Z";
    for (let round = 0; round < 10; round++) {
      await sql`truncate observations, stations`;
      const rows = (values: Partial<Observation>) =>
        stationIds.flatMap((stationId) => [noon, later].map((time) => observed(stationId, time, values)));
      await Promise.all([
        storeHistory(sql, rows({ airTempC: 12 }).reverse(), unguardedIds),
        poll(...rows({ waveHeightM: 1.2 })),
        storeHistory(sql, rows({ dewPointC: 9 }), unguardedIds),
      ]);
      const [whole] = await sql`
        select count(*)::int as rows from observations
        where air_temp_c = 12 and wave_height_m = 1.2 and dew_point_c = 9 and event_id is not null
      `;
      expect(whole).toEqual({ rows: 600 });
    }
  });

  test("of more rows than a statement takes is stored whole", async () => {
    const start = Date.parse("2026-05-01T00:00Z");
    const rows = Array.from({ length: 12_345 }, (_, minute) => ({
      ...observed("44009", noon, { tideFt: minute }),
      observedAt: new Date(start + minute * 60_000),
    }));
    expect(await storeHistory(sql, rows, unguardedIds)).toEqual({ added: 12_345, changed: 0, events: null });
    expect(await sql`select count(*)::int as rows, max(tide_ft) as most from observations`).toMatchObject([
      { rows: 12_345, most: 12_344 },
    ]);
  });
});

test("whatever polls and backfill do at once, the last message of each event is its row, in rising order of ids", async () => {
  const random = noise(20260506);
  const pick = (count: number) => Math.floor(random() * count);
  const anyRows = () =>
    Array.from({ length: 40 }, () =>
      observed(`B${1_000 + pick(12)}`, new Date(Date.parse(noon) + pick(4) * 600_000).toISOString(), {
        [measurements[pick(3)] ?? "tideFt"]: pick(5),
      }),
    );
  const messages = await heardWhile(async () => {
    for (let round = 0; round < 15; round++) {
      const works = [
        () => poll(...anyRows()),
        () => storeHistory(sql, anyRows(), unguardedIds),
        () => storeHistory(sql, anyRows(), unguardedIds),
        publish,
      ];
      await Promise.all(works.sort(() => random() - 0.5).map((work) => work()));
    }
    await publish();
  });
  const ids = eventIds(messages);
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  const lastOf = new Map(messages.map((text) => [`${JSON.parse(text).stationId} ${JSON.parse(text).timestamp}`, text]));
  const events = (await stored()).filter(({ eventId }) => eventId !== null);
  expect(events.length).toBeGreaterThan(40);
  expect(new Set(lastOf.values())).toEqual(new Set(events.map(encodeMessage)));
});

/** Random numbers from 0 to 1, the same for each seed. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

describe("what is remembered of a file", () => {
  const span = (since: string | null, until: string | null = null) => ({
    stations: null,
    since: since === null ? null : new Date(since),
    until: until === null ? null : new Date(until),
  });
  const of = (...ids: string[]) => ({ ...wholeFile, stations: new Set(ids) });

  test.each([
    ["all of it", wholeFile, of("44009"), true],
    ["other stations", of("44009"), of("46026"), false],
    ["fewer stations", of("44009"), of("44009", "46026"), false],
    ["more stations", of("44009", "46026"), of("46026"), true],
    ["a station, where all are wanted", of("44009"), wholeFile, false],
    ["rows from further back", span("2026-05-01"), span("2026-05-02"), true],
    ["fewer rows", span("2026-05-02"), span("2026-05-01"), false],
    ["an hour of another day", span(noon, "2026-05-06T13:00Z"), span("2026-05-07T12:00Z", "2026-05-07T13:00Z"), false],
  ])("serves a conditional request where this was stored of it: %s", async (_, stored, wanted, serves) => {
    await rememberFile(sql, "/x", file, stored);
    expect(await readFile(sql, "/x", wanted)).toEqual(serves ? file : null);
  });
});

describe("a station", () => {
  const listed: Station = {
    stationId: "44009",
    latitude: 38,
    longitude: -75,
    elevationM: 0,
    name: "DELAWARE BAY",
    owner: "NDBC",
    program: "NDBC Met",
    type: "buoy",
  };
  const stations = async () => [...(await sql<Station[]>`select * from stations order by station_id`)];

  test("lies where its newest row says, and moves with it", async () => {
    await poll(observed("44009", noon, { latitude: 38.46, longitude: -74.69 }));
    expect(await stations()).toMatchObject([{ stationId: "44009", latitude: 38.46, longitude: -74.69 }]);
    await poll(observed("44009", "2026-05-06T13:00Z", { latitude: 38.5, longitude: -74.7 }));
    expect(await stations()).toMatchObject([{ stationId: "44009", latitude: 38.5, longitude: -74.7 }]);
  });

  test("stays where it was when its newest row has no position", async () => {
    await poll(observed("44009", noon, { latitude: null, longitude: null }));
    expect(await stations()).toMatchObject([{ stationId: "44009", latitude: null, longitude: null }]);
    await poll(observed("44009", "2026-05-06T13:00Z"));
    await poll(observed("44009", "2026-05-06T14:00Z", { latitude: null, longitude: null }));
    expect(await stations()).toMatchObject([{ stationId: "44009", latitude: 38.46, longitude: -74.69 }]);
    expect(await stored()).toHaveLength(3);
  });

  test("lies where the list says as long as no row has told", async () => {
    await storeStations(sql, [listed]);
    expect(await stations()).toEqual([listed]);
    await poll(observed("44009", noon, { latitude: 38.46, longitude: -74.69 }));
    await storeStations(sql, [{ ...listed, latitude: 0, longitude: 0, name: "DELAWARE BAY 26 NM" }]);
    expect(await stations()).toEqual([{ ...listed, latitude: 38.46, longitude: -74.69, name: "DELAWARE BAY 26 NM" }]);
  });

  test("known from its history only gets its place from the list", async () => {
    const unnamed = { ...listed, elevationM: null, name: null, owner: null, program: null, type: null };
    await storeHistory(sql, [observed("44009", noon)], unguardedIds);
    await storeStations(sql, [unnamed]);
    expect(await stations()).toEqual([unnamed]);
  });

  test("that is no longer listed stays", async () => {
    await storeStations(sql, [listed]);
    await storeStations(sql, [{ ...listed, stationId: "46026" }]);
    expect((await stations()).map(({ stationId }) => stationId)).toEqual(["44009", "46026"]);
  });
});

describe("publishing", () => {
  const hourly = (count: number) =>
    Array.from({ length: count }, (_, minute) => ({
      ...observed("44009", noon, { tideFt: minute }),
      observedAt: new Date(Date.parse(noon) + minute * 60_000),
    }));

  test("sends each event, in order, in the very form of the contract", async () => {
    await poll(observed("46026", noon, { airTempC: 12 }), observed("44009", noon, { waveHeightM: 1.2 }));
    const messages = await heardWhile(async () => expect(await publish()).toBe(2));
    expect(messages).toEqual((await stored()).map(encodeMessage));
    expect(messages[0]).toBe(
      '{"stationId":"44009","timestamp":"2026-05-06T12:00:00.000Z","waveHeightM":1.2,"windSpeedMps":null,"windDirDeg":null,"waterTempC":null,"pressureHpa":null,"eventId":"1"}',
    );
  });

  test("sends nothing twice", async () => {
    await poll(observed("44009", noon));
    await publish();
    expect(await heardWhile(async () => expect(await publish()).toBe(0))).toEqual([]);
  });

  test("sends no history", async () => {
    await storeHistory(sql, [observed("44009", noon)], unguardedIds);
    expect(await heardWhile(publish)).toEqual([]);
  });

  test("sends what a worker that died had stored, before what came later", async () => {
    await poll(observed("44009", noon));
    await poll(observed("46026", noon));
    expect(eventIds(await heardWhile(publish))).toEqual([1, 2]);
  });

  test("sends a row that changed before it was sent once, as it is now", async () => {
    await poll(observed("44009", noon, { waveHeightM: 1.2 }));
    await poll(observed("44009", noon, { waveHeightM: 1.3 }));
    const messages = await heardWhile(publish);
    expect(messages.map((text) => JSON.parse(text))).toMatchObject([{ waveHeightM: 1.3, eventId: "2" }]);
  });

  test("by several at once sends each event once, in order, however many there are", async () => {
    await poll(...hourly(3_500));
    const messages = await heardWhile(() => Promise.all([publish(), publish(), publish()]));
    expect(eventIds(messages)).toEqual(Array.from({ length: 3_500 }, (_, index) => index + 1));
  });

  test("that fails for want of Redis moves no mark, and is made good by the next", async () => {
    await poll(observed("44009", noon));
    const gone = new Redis("redis://127.0.0.1:1", { lazyConnect: true, enableOfflineQueue: false });
    gone.on("error", () => {});
    await expect(publishPending(sql, gone)).rejects.toThrow();
    gone.disconnect();
    expect(eventIds(await heardWhile(publish))).toEqual([1]);
  });
});
