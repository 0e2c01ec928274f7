import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { createNdbcClient } from "../../services/worker/ndbc/client.ts";
import { poll } from "../../services/worker/poll.ts";
import { publishPending } from "../../services/worker/publish.ts";
import { type Measurement, measurements, type StoredEvent } from "../../shared/measurements.ts";
import { encodeObservation } from "../../shared/observation.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { type Listening, listen } from "../rig/listen.ts";
import { silentLog } from "../rig/silent-log.ts";
import { type Service, type Stack, startStack } from "../rig/stack.ts";
import { startUpstream, type Upstream } from "../rig/upstream.ts";

setDefaultTimeout(120_000);

/** Seven days of the network, recorded from NDBC; too large for this repository. */
const recordings = `${import.meta.dir}/../../../shared/ndbc/latest_obs_series`;
const files = existsSync(recordings) ? [...new Bun.Glob("*.txt").scanSync(recordings)].sort() : [];

/** NDBC's columns and what we call them, told once more so that the parser is not its own judge. */
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

/** What a reader with a pencil would note: later values win, MM keeps the older one, a period of 0 s is none. */
function note(expected: Expected, body: string): void {
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
}

describe.skipIf(files.length === 0)("a week of the real network, each file polled twice", () => {
  let stack: Stack;
  let upstream: Upstream;
  let server: Service;
  let listener: Listening;
  const expected: Expected = new Map();
  const published: [first: number, second: number][] = [];
  const stationCounts: number[] = [];

  beforeAll(async () => {
    stack = await startStack();
    upstream = startUpstream();
    server = await stack.start("server");
    listener = await listen(`${server.url}/v1/observations/stream`);
    const ndbc = createNdbcClient({ baseUrl: upstream.url });
    for (const file of files) {
      const body = await Bun.file(`${recordings}/${file}`).text();
      note(expected, body);
      upstream.files.set(latestObsPath, body);
      const counts: number[] = [];
      for (const _ of ["first", "second"]) {
        let count = 0;
        const publish = async () => {
          count += await publishPending(stack.sql, stack.redis);
          return count;
        };
        await poll(stack.sql, ndbc, publish, null, silentLog);
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

  test("the second poll of a file sends nothing", () => {
    expect(published.map(([, second]) => second)).toEqual(files.map(() => 0));
    expect(published.every(([first]) => first > 0)).toBe(true);
  });

  test("a listener gets each event once, in rising order, and ends with what is stored", async () => {
    const ids = listener.observations.map(({ id }) => BigInt(id ?? 0));
    expect(ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? 0n))).toBe(true);
    const heard = new Map(listener.observations.map(({ id, data }) => [id, data]));
    const rows = await stored();
    expect(rows.filter((row) => heard.get(row.eventId) !== encodeObservation(row))).toEqual([]);
  });

  test("rows that NDBC sent in parts end with all they ever had", async () => {
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

  test("an outage of a third of the network removes no station", async () => {
    expect(stationCounts).toEqual(stationCounts.toSorted((a, b) => a - b));
    const { stations } = (await (await fetch(`${server.url}/v1/stations`)).json()) as { stations: unknown[] };
    expect(stations.length).toBe(stationCounts.at(-1) ?? 0);
    expect(stations.length).toBeGreaterThan(900);
  });
});
