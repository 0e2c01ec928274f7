// Storing history.

import { afterAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { unguardedIds } from "../../../services/worker/store/event-id-guard.ts";
import { storeHistory } from "../../../services/worker/store/history.ts";
import type { Observation } from "../../../shared/measurements.ts";
import { encodeMessage } from "../../../shared/observation.ts";
import { observed } from "../../rig/observed.ts";
import { noon, row, startStore, unchanged } from "./store-rig.ts";

setDefaultTimeout(120_000);

const store = await startStore();
const { sql, poll, publish, stored, heardWhile, holdEventIds, untilWaiting } = store;

afterAll(store.stop);

beforeEach(store.empty);

describe("history", () => {
  test("gets no event id, and its stations are stored", async () => {
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

  test("that changes an event gives it the next id, and is published", async () => {
    await poll(observed("44009", noon, { waveHeightM: 1.2 }), observed("46026", noon));
    await publish();
    const history = [observed("44009", noon, { airTempC: 12 }), observed("51001", noon), observed("46026", noon)];
    const events = { firstEventId: "3", lastEventId: "3" };
    expect(await storeHistory(sql, history, unguardedIds)).toEqual({ added: 1, changed: 1, events });
    const changed = row(observed("44009", noon, { waveHeightM: 1.2, airTempC: 12 }), "3");
    expect(await stored()).toEqual([row(observed("46026", noon), "2"), changed, row(observed("51001", noon), null)]);
    expect(await heardWhile(publish)).toEqual([encodeMessage({ ...changed, eventId: "3" })]);
  });

  test("that does not change an event uses no event id", async () => {
    await poll(observed("44009", noon, { waveHeightM: 1.2 }));
    for (const values of [{}, { waveHeightM: 1.2 }]) {
      expect(await storeHistory(sql, [observed("44009", noon, values)], unguardedIds)).toEqual(unchanged);
    }
    expect(await sql`select last_value::int from event_ids`).toMatchObject([{ lastValue: 1 }]);
  });

  test("that changes more events than fit in one statement gives each its own id", async () => {
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

  test("becomes an event once a poll reports it, because no client has received it", async () => {
    const observation = observed("44009", noon, { waveHeightM: 1.2 });
    await storeHistory(sql, [observation], unguardedIds);
    await poll(observation);
    expect(await stored()).toEqual([row(observation, "1")]);
    await poll(observation);
    expect(await stored()).toEqual([row(observation, "1")]);
  });

  test("never overwrites the values of a concurrent poll", async () => {
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

  test("and a concurrent poll of the same rows keep all values, without a deadlock", async () => {
    const stationIds = Array.from({ length: 300 }, (_, index) => `B${1_000 + index}`);
    const later = "2026-05-06T12:10Z";
    for (let round = 0; round < 10; round++) {
      await sql`truncate batches, observations, stations`;
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

  test("with more rows than fit in one statement is stored completely", async () => {
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
