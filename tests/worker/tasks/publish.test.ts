// Publishing of stored events.

import { afterAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Redis } from "ioredis";
import { unguardedIds } from "../../../services/worker/store/event-id-guard.ts";
import { storeHistory } from "../../../services/worker/store/history.ts";
import { publishPending } from "../../../services/worker/tasks/publish.ts";
import { measurements } from "../../../shared/measurements.ts";
import { encodeMessage } from "../../../shared/observation.ts";
import { observed } from "../../rig/observed.ts";
import { noon, startStore } from "../store/store-rig.ts";

setDefaultTimeout(120_000);

const store = await startStore();
const { sql, poll, publish, stored, heardWhile } = store;

afterAll(store.stop);

beforeEach(store.empty);

const eventIds = (messages: string[]) => messages.map((text) => Number(JSON.parse(text).eventId));

test("during concurrent polls and backfill, the last message of each event equals its row, in order of ids", async () => {
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

describe("publishing", () => {
  const hourly = (count: number) =>
    Array.from({ length: count }, (_, minute) => ({
      ...observed("44009", noon, { tideFt: minute }),
      observedAt: new Date(Date.parse(noon) + minute * 60_000),
    }));

  test("sends each event, in order, exactly in the contract's form", async () => {
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

  test("sends pending events of a dead worker before later ones", async () => {
    await poll(observed("44009", noon));
    await poll(observed("46026", noon));
    expect(eventIds(await heardWhile(publish))).toEqual([1, 2]);
  });

  test("sends a row that changed before it was sent only once, with its current values", async () => {
    await poll(observed("44009", noon, { waveHeightM: 1.2 }));
    await poll(observed("44009", noon, { waveHeightM: 1.3 }));
    const messages = await heardWhile(publish);
    expect(messages.map((text) => JSON.parse(text))).toMatchObject([{ waveHeightM: 1.3, eventId: "2" }]);
  });

  test("by several workers at once sends each event once, in order", async () => {
    await poll(...hourly(3_500));
    const messages = await heardWhile(() => Promise.all([publish(), publish(), publish()]));
    expect(eventIds(messages)).toEqual(Array.from({ length: 3_500 }, (_, index) => index + 1));
  });

  test("without Redis does not move the mark, and the next call sends the events", async () => {
    await poll(observed("44009", noon));
    const gone = new Redis("redis://127.0.0.1:1", { lazyConnect: true, enableOfflineQueue: false });
    gone.on("error", () => {});
    await expect(publishPending(sql, gone)).rejects.toThrow();
    gone.disconnect();
    expect(eventIds(await heardWhile(publish))).toEqual([1]);
  });
});
