// What a poll stores.

import { afterAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFile } from "../../../services/worker/store/files.ts";
import { measurements, type Observation } from "../../../shared/measurements.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { observed } from "../../rig/observed.ts";
import { file, noon, row, startStore, unchanged } from "./store-rig.ts";

setDefaultTimeout(120_000);

const store = await startStore();
const { sql, poll, stored, holdEventIds, untilWaiting } = store;

afterAll(store.stop);

beforeEach(store.empty);

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
