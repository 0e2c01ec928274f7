// Tests of /v1/conditions.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { unguardedIds } from "../../../services/worker/store/event-id-guard.ts";
import { storeHistory } from "../../../services/worker/store/history.ts";
import { storePoll } from "../../../services/worker/store/poll.ts";
import { storeStations } from "../../../services/worker/store/stations.ts";
import { type Measurement, type Measurements, measurements } from "../../../shared/measurements.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { startApp } from "../../rig/app.ts";
import { observed } from "../../rig/observed.ts";
import { startStack } from "../../rig/stack.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
const server = await startApp(stack);
const file = { etag: null, lastModified: null, hash: null };

afterAll(async () => {
  await server.stop();
  await stack.stop();
});

type Known = { stationId: string } & Record<Measurement, { value: number; at: string } | null>;

const minutesAgo = (minutes: number) => {
  const minute = Math.floor(Date.now() / 60_000) - minutes;
  return new Date(minute * 60_000).toISOString();
};

async function conditions(query = ""): Promise<{ lastEventId: string; conditions: Known[] }> {
  const response = await fetch(`${server.url}/v1/conditions${query}`);
  expect(response.status).toBe(200);
  return (await response.json()) as { lastEventId: string; conditions: Known[] };
}

const idsOf = ({ conditions }: { conditions: Known[] }) => conditions.map(({ stationId }) => stationId);

test("/v1/conditions is empty before the first poll", async () => {
  expect(await conditions()).toEqual({ lastEventId: "0", conditions: [] });
});

describe("/v1/conditions", () => {
  const [gustsAt, wavesAt, newestAt, oldAt] = [140, 80, 20, 10 * 60].map(minutesAgo) as [
    string,
    string,
    string,
    string,
  ];

  test("has the last value of each field of a station, each with its own time", async () => {
    const unnamed = { elevationM: null, name: null, owner: null, program: null, type: null };
    await storeStations(stack.sql, [
      { stationId: "44009", latitude: 38.46, longitude: -74.69, ...unnamed },
      { stationId: "46026", latitude: 37.75, longitude: -122.84, ...unnamed },
    ]);
    await storeHistory(
      stack.sql,
      [
        observed("46026", oldAt, { waterTempC: 11 }),
        observed("46026", gustsAt, { waveHeightM: 1.9, gustMps: 9 }),
        observed("46026", wavesAt, { waveHeightM: 2.1, windSpeedMps: 4 }),
        observed("44009", minutesAgo(50), { pressureHpa: 1012.8 }),
        observed("51001", oldAt, { waterTempC: 25 }),
      ],
      unguardedIds,
    );
    await storePoll(
      stack.sql,
      latestObsPath,
      file,
      [observed("46026", newestAt, { windSpeedMps: 0, latitude: 37.75, longitude: -122.84 })],
      unguardedIds,
    );
    const answer = await conditions();
    expect(answer.lastEventId).toBe("1");
    expect(idsOf(answer)).toEqual(["44009", "46026"]);
    expect(answer.conditions[1]).toMatchObject({
      stationId: "46026",
      waveHeightM: { value: 2.1, at: wavesAt },
      windSpeedMps: { value: 0, at: newestAt },
      gustMps: { value: 9, at: gustsAt },
    });
    expect(answer.conditions[1]?.waterTempC).toBeNull();
  });

  test("has all fourteen fields in the contract's order, measured or not", async () => {
    const { conditions: known } = await conditions();
    for (const station of known) expect(Object.keys(station)).toEqual(["stationId", ...measurements]);
  });

  test("looks back for the time in ?within", async () => {
    expect((await conditions("?within=24h")).conditions.map(({ waterTempC }) => waterTempC?.value ?? null)).toEqual([
      null,
      11,
      25,
    ]);
    expect(idsOf(await conditions("?within=30m"))).toEqual(["46026"]);
    expect(idsOf(await conditions("?within=1m"))).toEqual([]);
    expect(
      (await conditions("?within=60m")).conditions.find((known) => known.stationId === "46026")?.waveHeightM,
    ).toBeNull();
  });

  test("has only the stations or the region of the request", async () => {
    expect(idsOf(await conditions("?stations=46026,99999"))).toEqual(["46026"]);
    expect(idsOf(await conditions("?bbox=-80,30,-70,40"))).toEqual(["44009"]);
    expect(idsOf(await conditions("?bbox=170,30,-120,40"))).toEqual(["46026"]);
  });

  test("lists a station whose report has no values", async () => {
    await storeHistory(stack.sql, [observed("42001", minutesAgo(5))], unguardedIds);
    const [known] = (await conditions("?stations=42001")).conditions;
    expect(known).toEqual({
      stationId: "42001",
      ...Object.fromEntries(measurements.map((name) => [name, null])),
    } as Known);
  });

  test("agrees with a simple computation over all rows, for any history", async () => {
    const values = (row: number) =>
      Object.fromEntries(
        measurements.flatMap((name, index) => ((row * 7 + index * 3) % 5 < 2 ? [[name, row + index / 10]] : [])),
      ) as Partial<Measurements>;
    const rows = Array.from({ length: 300 }, (_, row) => ({
      stationId: `TEST${row % 7}`,
      at: minutesAgo(5 + ((row * 11) % 280)),
      values: values(row),
    }));
    await storeHistory(
      stack.sql,
      rows.map(({ stationId, at, values }) => observed(stationId, at, values)),
      unguardedIds,
    );
    const expected = new Map<string, Record<string, unknown>>();
    const since = Date.now() - 3 * 60 * 60_000;
    for (const { stationId, at, values } of rows.toSorted((a, b) => a.at.localeCompare(b.at))) {
      if (Date.parse(at) <= since) continue;
      const known = expected.get(stationId) ?? { stationId };
      for (const [name, value] of Object.entries(values)) known[name] = { value, at };
      expected.set(stationId, known);
    }
    const answer = await conditions(`?stations=${[...expected.keys()].join(",")}`);
    const measured = answer.conditions.map((known) =>
      Object.fromEntries(Object.entries(known).filter(([, value]) => value !== null)),
    );
    expect(measured as unknown).toEqual(
      [...expected.values()].sort((a, b) => String(a.stationId).localeCompare(String(b.stationId))),
    );
  });

  test.each(["", "0m", "0h", "49h", "2881m", "1d", "3", "h", "1.5h", "-3h", "3H", "90 m", "99999m"])(
    'refuses ?within="%s", and says what is allowed',
    async (within) => {
      const response = await fetch(`${server.url}/v1/conditions?within=${encodeURIComponent(within)}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        parameter: "within",
        detail: `within: "${within}" is not a span from 1m to 48h, like 90m or 3h`,
      });
    },
  );

  test.each([
    ["?stations=no", "stations"],
    ["?bbox=1,2,3", "bbox"],
  ])("refuses %s", async (query, parameter) => {
    const response = await fetch(`${server.url}/v1/conditions${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ parameter });
  });
});
