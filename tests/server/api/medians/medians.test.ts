// Tests of /v1/medians.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { unguardedIds } from "../../../../services/worker/store/event-id-guard.ts";
import { storeHistory } from "../../../../services/worker/store/history.ts";
import { storeStations } from "../../../../services/worker/store/stations.ts";
import { type Measurements, type MedianMeasurement, medianMeasurements } from "../../../../shared/measurements.ts";
import { startApp } from "../../../rig/app.ts";
import { observed } from "../../../rig/observed.ts";
import { startStack } from "../../../rig/stack.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
const server = await startApp(stack);

afterAll(async () => {
  await server.stop();
  await stack.stop();
});

type Frame = { at: string; stations: number } & Record<MedianMeasurement, number | null>;

async function medians(query: string): Promise<{ stepMinutes: number; medians: Frame[] }> {
  const response = await fetch(`${server.url}/v1/medians${query}`);
  expect(response.status).toBe(200);
  expect(response.headers.get("Cache-Control")).toBe("public, max-age=60");
  return (await response.json()) as { stepMinutes: number; medians: Frame[] };
}

/** Requests one step that ends at a time of the day of the tests. */
async function frameAt(time: string, query = ""): Promise<Frame> {
  const until = new Date(`2026-05-06T${time}:00Z`);
  const since = new Date(until.getTime() - 10 * 60_000).toISOString();
  const [frame] = (await medians(`?since=${since}&until=${until.toISOString()}${query}`)).medians;
  if (!frame) throw new Error("no step");
  return frame;
}

const at = (time: string) => `2026-05-06T${time}:00Z`;
const nothing = Object.fromEntries(medianMeasurements.map((name) => [name, null]));

describe("/v1/medians", () => {
  beforeAll(async () => {
    const unnamed = { elevationM: null, name: null, owner: null, program: null, type: null };
    await storeStations(stack.sql, [
      { stationId: "44009", latitude: 38.46, longitude: -74.69, ...unnamed },
      { stationId: "46026", latitude: 37.75, longitude: -122.84, ...unnamed },
      { stationId: "51001", latitude: 24.45, longitude: -162, ...unnamed },
    ]);
    await storeHistory(
      stack.sql,
      [
        observed("44009", at("12:00"), { waveHeightM: 1, windDirDeg: 350 }),
        observed("44009", at("12:20"), { waveHeightM: 2 }),
        observed("44009", at("12:40"), { windSpeedMps: 5 }),
        observed("46026", at("12:10"), { waveHeightM: 4, windDirDeg: 10 }),
        observed("51001", at("12:50"), { waveHeightM: 9 }),
      ],
      unguardedIds,
    );
  });

  test.each([
    "since=0001-01-01T00:00:00Z&until=0001-01-01T01:00:00Z",
    "until=0001-01-01T00:00:00Z&step=7m",
    "since=9999-12-31T23:00:00Z&until=9999-12-31T23:59:59Z",
  ])("answers without values for the earliest and latest times: %s", async (query) => {
    const steps = (await medians(`?${query}`)).medians;
    expect(steps.length).toBeGreaterThan(0);
    for (const step of steps) expect(step).toEqual({ ...nothing, at: step.at, stations: 0 } as Frame);
  });

  test("is the median of each station's last value in the hour before", async () => {
    expect(await frameAt("13:00")).toEqual({
      ...nothing,
      at: "2026-05-06T13:00:00.000Z",
      stations: 3,
      waveHeightM: 4,
      windSpeedMps: 5,
      windDirDeg: 10,
    } as Frame);
  });

  test("of two stations is their mean, and of two directions the one between them", async () => {
    expect(await frameAt("12:50", "&stations=44009,46026")).toMatchObject({
      stations: 2,
      waveHeightM: 3,
      windDirDeg: 0,
    });
  });

  test("excludes values that are older than an hour or in the future", async () => {
    expect(await frameAt("13:19")).toMatchObject({ stations: 2, waveHeightM: 5.5 });
    expect(await frameAt("13:20")).toMatchObject({ stations: 2, waveHeightM: 9 });
    expect(await frameAt("12:00")).toMatchObject({ stations: 1, waveHeightM: 1 });
    expect(await frameAt("11:59")).toEqual({ ...nothing, at: "2026-05-06T11:59:00.000Z", stations: 0 } as Frame);
  });

  test("uses only the stations or the region of the request", async () => {
    expect(await frameAt("13:00", "&stations=46026")).toMatchObject({ stations: 1, waveHeightM: 4 });
    expect(await frameAt("13:00", "&bbox=-170,20,-120,40")).toMatchObject({ stations: 2, waveHeightM: 6.5 });
  });

  test("is cached for a minute for equal requests", async () => {
    const past = await medians("?step=3h");
    await storeHistory(
      stack.sql,
      [observed("44009", new Date(Date.now() - 60_000).toISOString(), { waveHeightM: 3 })],
      unguardedIds,
    );
    expect(await medians("?step=3h")).toEqual(past);
    expect((await medians("?step=6h")).medians.at(-1)).toMatchObject({ stations: 1, waveHeightM: 3 });
  });

  test("has no direction if the winds cancel each other out", async () => {
    await storeHistory(
      stack.sql,
      [observed("42001", at("20:00"), { windDirDeg: 90 }), observed("42002", at("20:00"), { windDirDeg: 270 })],
      unguardedIds,
    );
    expect((await frameAt("20:10")).windDirDeg).toBeNull();
  });

  test("ignores a direction that was measured with a calm or before it", async () => {
    await storeHistory(
      stack.sql,
      [
        observed("43001", at("22:00"), { windSpeedMps: 8, windDirDeg: 180 }),
        observed("43002", at("22:00"), { windSpeedMps: 8, windDirDeg: 180 }),
        ...["43003", "43004", "43005"].map((id) => observed(id, at("22:00"), { windSpeedMps: 0, windDirDeg: 360 })),
        observed("43006", at("21:50"), { windSpeedMps: 5, windDirDeg: 0 }),
        observed("43006", at("22:00"), { windSpeedMps: 0 }),
      ],
      unguardedIds,
    );
    expect(await frameAt("22:10")).toMatchObject({ stations: 6, windDirDeg: 180, windSpeedMps: 0 });
  });

  test("includes a direction that was measured after a calm", async () => {
    await storeHistory(
      stack.sql,
      [
        observed("43001", "2026-05-07T02:00:00Z", { windSpeedMps: 0, windDirDeg: 0 }),
        observed("43001", "2026-05-07T02:10:00Z", { windDirDeg: 90 }),
      ],
      unguardedIds,
    );
    const query = "?since=2026-05-07T02:00:00Z&until=2026-05-07T02:20:00Z";
    expect((await medians(query)).medians.map(({ windDirDeg }) => windDirDeg)).toEqual([90, 90]);
  });

  test("covers the past 24 hours in steps of ten minutes by default, up to now", async () => {
    const before = Math.floor(Date.now() / 1000) * 1000;
    const answer = await medians("");
    const times = answer.medians.map((frame) => Date.parse(frame.at));
    expect(answer.stepMinutes).toBe(10);
    expect(times).toHaveLength(144);
    expect(times.every((time, index) => index === 0 || time - (times[index - 1] ?? 0) === 600_000)).toBe(true);
    expect(times.at(-1)).toBeGreaterThanOrEqual(before);
    expect(times.at(-1)).toBeLessThanOrEqual(Date.now());
  });

  test.each(["7m", "10m", "60m", "2h"])("agrees with an independent computation in steps of %s", async (step) => {
    const noise = (seed: number) => Math.abs(Math.sin(seed * 12.9898) * 43_758.5453) % 1;
    const rows = Array.from({ length: 400 }, (_, row) => ({
      stationId: `TEST${row % 9}`,
      atMs: Date.parse("2026-04-01T00:00:00Z") + Math.floor(noise(row) * 600) * 60_000,
      values: Object.fromEntries(
        medianMeasurements.flatMap((name, index) =>
          noise(row * 31 + index) < 0.4
            ? [[name, Math.floor(noise(row * 17 + index) * (name === "windSpeedMps" ? 4 : 360))]]
            : [],
        ),
      ) as Partial<Measurements>,
    }));
    const unique = [...new Map(rows.map((row) => [`${row.stationId} ${row.atMs}`, row])).values()];
    await storeHistory(
      stack.sql,
      unique.map(({ stationId, atMs, values }) => observed(stationId, new Date(atMs).toISOString(), values)),
      unguardedIds,
    );

    const query = `?since=2026-04-01T00:30:00Z&until=2026-04-01T10:30:00Z&step=${step}`;
    const { medians: frames } = await medians(query);
    expect(frames.length).toBeGreaterThan(4);
    for (const frame of frames) {
      const endMs = Date.parse(frame.at);
      // From the definition: the newest value of the hour, for each station and field.
      const newest = (name: MedianMeasurement, station: number) =>
        unique
          .filter(({ stationId, atMs }) => stationId === `TEST${station}` && atMs <= endMs && atMs > endMs - 3_600_000)
          .sort((a, b) => b.atMs - a.atMs)
          .find(({ values }) => values[name] !== undefined);
      const isCalm = (station: number) => {
        const [speed, direction] = [newest("windSpeedMps", station), newest("windDirDeg", station)];
        return speed?.values.windSpeedMps === 0 && speed.atMs >= (direction?.atMs ?? 0);
      };
      const valuesOf = (name: MedianMeasurement) =>
        Array.from({ length: 9 }, (_, station) =>
          name === "windDirDeg" && isCalm(station) ? undefined : newest(name, station)?.values[name],
        ).filter((value) => typeof value === "number");
      for (const name of medianMeasurements) {
        const values = valuesOf(name).sort((a, b) => a - b);
        const half = values.length / 2;
        const middle =
          values.length % 2 === 1 ? values[Math.floor(half)] : ((values[half - 1] ?? 0) + (values[half] ?? 0)) / 2;
        if (values.length === 0) expect(frame[name]).toBeNull();
        else if (name !== "windDirDeg") expect(frame[name]).toBeCloseTo(middle ?? Number.NaN, 2);
        else {
          const sum = values.reduce(
            ([x, y], deg) => [x + Math.cos((deg / 180) * Math.PI), y + Math.sin((deg / 180) * Math.PI)] as const,
            [0, 0] as readonly [number, number],
          );
          const turned = Math.atan2(sum[1], sum[0]) * (180 / Math.PI) - (frame[name] ?? Number.NaN);
          expect(Math.abs(Math.sin((turned / 2 / 180) * Math.PI))).toBeLessThan(1e-3);
        }
      }
    }
  });

  test.each([
    ["?step=0m", "step", 'step: "0m" is not a span from 1m to 6h, like 90m or 3h'],
    ["?step=7h", "step", 'step: "7h" is not a span from 1m to 6h, like 90m or 3h'],
    ["?step=1m", "step", "step: 1m makes 1440 steps from since to until, at most 1000 are allowed"],
    [
      "?since=2026-05-06T00:00:00Z&until=2026-05-06T00:05:00Z",
      "step",
      "step: 10m is longer than the time from since to until",
    ],
    [
      "?since=2026-05-06T00:00:00Z&until=2026-05-06T00:00:00Z",
      "since",
      "since: must be earlier than until, which is now by default",
    ],
    ["?since=2026-05-01T00:00:00Z&until=2026-05-06T00:00:00Z", "since", "since: must be at most 48 hours before until"],
    ["?since=yesterday", "since", 'since: "yesterday" is not an RFC 3339 time, like 2026-05-09T09:45:00Z'],
    ["?until=", "until", 'until: "" is not an RFC 3339 time, like 2026-05-09T09:45:00Z'],
    ["?bbox=1", "bbox", "bbox: must be west,south,east,north in degrees, like -130,30,-110,50"],
  ])("rejects %s and says what is allowed", async (query, parameter, detail) => {
    const response = await fetch(`${server.url}/v1/medians${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ parameter, detail });
  });
});
