// Tests with recorded files of the real network, from the poll to the listener.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createNdbcClient } from "../../services/worker/ndbc/client.ts";
import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { poll } from "../../services/worker/tasks/poll.ts";
import { publishPending } from "../../services/worker/tasks/publish.ts";
import { type Measurement, measurements, type StoredEvent } from "../../shared/measurements.ts";
import { encodeObservation } from "../../shared/observation.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { type Listening, listen } from "../rig/listen.ts";
import { ndbcStations, type Recordings, wholeNetwork } from "../rig/recordings.ts";
import { silentLog } from "../rig/silent-log.ts";
import { type Service, type Stack, startStack } from "../rig/stack.ts";
import { startUpstream, type Upstream } from "../rig/upstream.ts";

setDefaultTimeout(120_000);

/** A day of the stations that NDBC owns; 42060 is missing for half of the day. */
const day = filesOf(ndbcStations, ndbcStations.list("latest_obs_series/202605{06,07}*.txt"));

/** Nine files of the whole network: rows that arrived in parts, then an outage of a third of the stations and its end. */
const partsAndOutage = [
  "latest_obs_series/20260506T230934Z.txt",
  "latest_obs_series/20260507T000751Z.txt",
  "latest_obs_series/20260509T101807Z.txt",
  "latest_obs_series/20260509T111339Z.txt",
  "latest_obs_series/20260611T174728Z.txt",
  "latest_obs_series/20260611T203833Z.txt",
  "latest_obs_series/20260611T225943Z.txt",
  "latest_obs_series/20260612T014109Z.txt",
  "latest_obs_series/20260612T065736Z.txt",
];

const files = wholeNetwork === null ? day : [...day, ...filesOf(wholeNetwork, partsAndOutage)];

/** Returns a reader for each file. */
function filesOf({ read }: Recordings, paths: string[]): (() => Promise<string>)[] {
  return paths.map((path) => () => read(path));
}

/** NDBC's columns and our names for them, repeated here to be independent of the parser. */
const columns: [string, Measurement][] = [
  ["WVHT", "waveHeightM"],
  ["WSPD", "windSpeedMps"],
  ["WDIR", "windDirDeg"],
  ["WTMP", "waterTempC"],
  ["PRES", "pressureHpa"],
  ["GST", "gustMps"],
  ["DPD", "dominantPeriodS"],
  ["APD", "averagePeriodS"],
  ["MWD", "meanWaveDirDeg"],
  ["ATMP", "airTempC"],
  ["DEWP", "dewPointC"],
  ["VIS", "visibilityNmi"],
  ["PTDY", "pressureTendencyHpa"],
  ["TIDE", "tideFt"],
];

type Expected = Map<string, Partial<Record<Measurement, number>>>;

/** Reads a file by hand: later values replace older ones, MM keeps the older one, a period of 0 s is missing. @returns rows */
function note(expected: Expected, body: string): number {
  const [header = "", , ...rows] = body.trimEnd().split("\n");
  const names = header.slice(1).split(/\s+/);
  for (const row of rows) {
    const cells = row.split(/\s+/);
    const cell = (name: string) => cells[names.indexOf(name)] ?? "";
    const at = `${cell("YYYY")}-${cell("MM")}-${cell("DD")}T${cell("hh")}:${cell("mm")}:00.000Z`;
    const key = `${cell("STN")} ${at}`;
    const values = expected.get(key) ?? {};
    for (const [column, name] of columns) {
      if (cell(column) === "MM" || (column === "DPD" && cell(column) === "0")) continue;
      values[name] = Number(cell(column)) + 0;
    }
    expected.set(key, values);
  }
  return rows.length;
}

describe("the real network, each recorded file polled twice,", () => {
  let stack: Stack;
  let upstream: Upstream;
  let server: Service;
  let listener: Listening;
  const expected: Expected = new Map();
  const published: [first: number, second: number][] = [];
  const stationCounts: number[] = [];
  const rowCounts: number[] = [];

  beforeAll(async () => {
    stack = await startStack();
    upstream = startUpstream();
    server = await stack.start("server");
    listener = await listen(`${server.url}/v1/observations/stream`);
    const ndbc = createNdbcClient({ baseUrl: upstream.url });
    for (const read of files) {
      const body = await read();
      rowCounts.push(note(expected, body));
      upstream.files.set(latestObsPath, body);
      const counts: number[] = [];
      for (const _ of ["first", "second"]) {
        let count = 0;
        const publish = async () => {
          count += await publishPending(stack.sql, stack.redis);
          return count;
        };
        await poll({
          sql: stack.sql,
          ndbc,
          publish,
          stations: null,
          retentionDays: 36_500,
          log: silentLog,
          inIdTransaction: unguardedIds,
        });
        counts.push(count);
      }
      published.push(counts as [number, number]);
      const [row] = await stack.sql<{ count: number }[]>`select count(*)::int as count from stations`;
      stationCounts.push(row?.count ?? 0);
    }
    await listener.heard(published.reduce((sum, [first]) => sum + first, 0));
  });

  afterAll(async () => {
    listener?.leave();
    await upstream?.stop();
    await stack?.stop();
  });

  const stored = () => stack.sql<StoredEvent[]>`
    select station_id, observed_at, ${stack.sql(measurements)}, event_id from observations order by event_id
  `;

  test("every row of every file is stored with its values", async () => {
    const rows = await stored();
    expect(rows.length).toBe(expected.size);
    const wrong = rows.filter((row) => {
      const values = expected.get(`${row.stationId} ${row.observedAt.toISOString()}`);
      return values === undefined || measurements.some((name) => row[name] !== (values[name] ?? null));
    });
    expect(wrong).toEqual([]);
  });

  test("the second poll of a file sends no event", () => {
    expect(published.map(([, second]) => second)).toEqual(files.map(() => 0));
    expect(published.every(([first]) => first > 0)).toBe(true);
  });

  test("a listener gets each event once, in rising order, and in the end has all stored rows", async () => {
    const ids = listener.observations.map(({ id }) => BigInt(id ?? 0));
    expect(ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? 0n))).toBe(true);
    const heard = new Map(listener.observations.map(({ id, data }) => [id, data]));
    const rows = await stored();
    expect(rows.filter((row) => heard.get(row.eventId) !== encodeObservation(row))).toEqual([]);
  });

  test("a station that is missing from later files stays in the list", async () => {
    expect(stationCounts).toEqual(stationCounts.toSorted((a, b) => a - b));
    const { stations } = (await (await fetch(`${server.url}/v1/stations`)).json()) as {
      stations: { stationId: string }[];
    };
    const reported = new Set(Array.from(expected.keys(), (key) => key.replace(/ .*/, "")));
    expect(new Set(stations.map(({ stationId }) => stationId))).toEqual(reported);
    expect(Math.min(...rowCounts)).toBeLessThan(reported.size);
  });

  if (wholeNetwork !== null) {
    test("rows that NDBC sent in parts end up with all their values", async () => {
      const rows = await stored();
      const at = (stationId: string, time: string) =>
        rows.find((row) => row.stationId === stationId && row.observedAt.toISOString().startsWith(time));
      expect(at("45214", "2026-05-09T09:45")).toMatchObject({
        waveHeightM: 0.7,
        dominantPeriodS: 3,
        meanWaveDirDeg: 186,
        waterTempC: 4.5,
      });
      expect(at("51201", "2026-05-06T22:26")).toMatchObject({
        waveHeightM: 1.2,
        dominantPeriodS: 11,
        averagePeriodS: 6.5,
        meanWaveDirDeg: 323,
        waterTempC: 25.8,
      });
    });

    test("an outage of a third of the network removes no station", () => {
      const ofWholeNetwork = rowCounts.slice(day.length);
      expect(Math.min(...ofWholeNetwork)).toBeLessThan(Math.max(...ofWholeNetwork) * (2 / 3));
      expect(stationCounts.at(-1)).toBeGreaterThan(900);
    });
  }
});
