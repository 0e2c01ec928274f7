// Storing the rows of a poll.

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
  test("stores every field, with event ids in order of time, and returns the number of new rows and their ids", async () => {
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

  test("fills missing values and replaces changed ones, but never erases a value", async () => {
    await poll(observed("44009", noon, { waveHeightM: 1.2, windSpeedMps: 5, airTempC: 12 }));
    const counts = await poll(observed("44009", noon, { waveHeightM: 1.3, windSpeedMps: null, waterTempC: 0 }));
    expect(counts).toEqual({ added: 0, changed: 1, events: { firstEventId: "2", lastEventId: "2" } });
    expect(await stored()).toEqual([
      row(observed("44009", noon, { waveHeightM: 1.3, windSpeedMps: 5, airTempC: 12, waterTempC: 0 }), "2"),
    ]);
  });

  test("keeps the event id of an unchanged row", async () => {
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

  test("with the same row twice stores it once, with the later values", async () => {
    const counts = await poll(
      observed("44009", noon, { waveHeightM: 1.2, windSpeedMps: 5 }),
      observed("44009", noon, { waveHeightM: 1.3, airTempC: 12 }),
    );
    expect(counts).toEqual({ added: 1, changed: 0, events: { firstEventId: "1", lastEventId: "1" } });
    expect(await stored()).toEqual([
      row(observed("44009", noon, { waveHeightM: 1.3, windSpeedMps: 5, airTempC: 12 }), "1"),
    ]);
  });

  test("without rows stores the validators of its file", async () => {
    expect(await poll()).toEqual(unchanged);
    expect(await readFile(sql, latestObsPath)).toMatchObject(file);
  });

  test("that fails at one row stores nothing: no rows, positions or validators", async () => {
    const broken = { ...observed("46026", noon), observedAt: new Date("+275760-09-13") };
    await expect(poll(observed("44009", noon), broken)).rejects.toThrow();
    expect(await stored()).toEqual([]);
    expect(await sql`select * from stations`).toHaveLength(0);
    expect(await readFile(sql, latestObsPath)).toBeNull();
  });

  test("waits for a concurrent one, so that ids become visible in order", async () => {
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
