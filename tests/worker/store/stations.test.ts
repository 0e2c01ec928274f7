// Storing stations and their positions.

import { afterAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { ListedStation } from "../../../services/worker/ndbc/types.ts";
import { unguardedIds } from "../../../services/worker/store/event-id-guard.ts";
import { storeHistory } from "../../../services/worker/store/history.ts";
import { forgetStations, storeStations } from "../../../services/worker/store/stations.ts";
import { observed } from "../../rig/observed.ts";
import { noon, startStore } from "./store-rig.ts";

setDefaultTimeout(120_000);

const store = await startStore();
const { sql, poll, stored } = store;

afterAll(store.stop);

beforeEach(store.empty);

describe("a station", () => {
  const listed: ListedStation = {
    stationId: "44009",
    latitude: 38,
    longitude: -75,
    elevationM: 0,
    name: "DELAWARE BAY",
    owner: "NDBC",
    program: "NDBC Met",
    type: "buoy",
  };
  const stations = async () => [...(await sql<ListedStation[]>`select * from stations order by station_id`)];

  test("has the position of its newest row", async () => {
    await poll(observed("44009", noon, { latitude: 38.46, longitude: -74.69 }));
    expect(await stations()).toMatchObject([{ stationId: "44009", latitude: 38.46, longitude: -74.69 }]);
    await poll(observed("44009", "2026-05-06T13:00Z", { latitude: 38.5, longitude: -74.7 }));
    expect(await stations()).toMatchObject([{ stationId: "44009", latitude: 38.5, longitude: -74.7 }]);
  });

  test("goes when NDBC no longer lists it and none of its observations are stored", async () => {
    await storeStations(sql, [listed, { ...listed, stationId: "46026" }, { ...listed, stationId: "51001" }]);
    await storeHistory(sql, [observed("46026", noon)], unguardedIds);
    expect(await forgetStations(sql, ["51001"])).toBe(1);
    expect(await stations()).toMatchObject([{ stationId: "46026" }, { stationId: "51001" }]);
  });

  test("keeps its position when its newest row has none", async () => {
    await poll(observed("44009", noon, { latitude: null, longitude: null }));
    expect(await stations()).toMatchObject([{ stationId: "44009", latitude: null, longitude: null }]);
    await poll(observed("44009", "2026-05-06T13:00Z"));
    await poll(observed("44009", "2026-05-06T14:00Z", { latitude: null, longitude: null }));
    expect(await stations()).toMatchObject([{ stationId: "44009", latitude: 38.46, longitude: -74.69 }]);
    expect(await stored()).toHaveLength(3);
  });

  test("has the position of the list until a row has one", async () => {
    await storeStations(sql, [listed]);
    expect(await stations()).toEqual([listed]);
    await poll(observed("44009", noon, { latitude: 38.46, longitude: -74.69 }));
    await storeStations(sql, [{ ...listed, latitude: 0, longitude: 0, name: "DELAWARE BAY 26 NM" }]);
    expect(await stations()).toEqual([{ ...listed, latitude: 38.46, longitude: -74.69, name: "DELAWARE BAY 26 NM" }]);
  });

  test("known only from history gets its position from the list", async () => {
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
