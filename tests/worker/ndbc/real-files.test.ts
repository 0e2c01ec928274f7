// Parsing of files recorded from NDBC.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { parseActiveStations } from "../../../services/worker/ndbc/active-stations.ts";
import { NotDataError } from "../../../services/worker/ndbc/errors.ts";
import { parseHourly } from "../../../services/worker/ndbc/hourly.ts";
import { parseLatestObs } from "../../../services/worker/ndbc/latest-obs.ts";
import { parseRealtime, parseSpec } from "../../../services/worker/ndbc/realtime.ts";
import { allRecordings, ndbcStations, wholeNetwork } from "../../rig/recordings.ts";
import { thrownBy } from "./fixture.ts";

setDefaultTimeout(120_000);

/** The time in a recording's name: `20260506T113000Z` or `20180730T2137Z`. */
function recordedAt(path: string): Date {
  const [, date, hour, minute, second = "00"] = path.match(/(\d{8})T(\d\d)(\d\d)(\d\d)?Z/) ?? [];
  return new Date(`${date?.replace(/(....)(..)(..)/, "$1-$2-$3")}T${hour}:${minute}:${second}Z`);
}

/** How many rows a table has, counted without our parser. */
const countRows = (body: string) => body.split("\n").filter((line) => /^[A-Z0-9]/.test(line)).length;

const recordedIn2018 = new Date("2018-08-01T15:28Z");

describe.each(allRecordings)("files recorded from NDBC, $name:", (recordings) => {
  const { list, read } = recordings;
  const isWhole = recordings === wholeNetwork;

  test.each(list("latest_obs*/*.txt"))("%s: every row is read", async (path) => {
    // The project that recorded one of them trimmed its end.
    const body = `${(await read(path)).trimEnd()}\n`;
    const { observations, rejectedLines, implausible } = parseLatestObs(body, recordedAt(path));
    expect(rejectedLines).toEqual([]);
    expect(implausible).toEqual([]);
    expect(observations).toHaveLength(countRows(body));
    expect(observations.length).toBeGreaterThan(isWhole ? 500 : 100);
  });

  test("an hour of the network", async () => {
    const body = await read("hourly2/hour_15.20120224.txt");
    const { observations, rejectedLines, implausible } = parseHourly(body, new Date("2012-02-24T17:00Z"));
    expect(observations).toHaveLength(isWhole ? 2147 : 75);
    expect(rejectedLines).toEqual([]);
    expect(implausible).toEqual([]);
    expect(new Set(observations.map(({ stationId }) => stationId)).size).toBe(isWhole ? 523 : 70);
  });

  test.each([
    ["activestations/activestations.20180814T1935Z.xml", isWhole ? 1375 : 246],
    ["activestations/activestations.20240827T1440Z.xml", isWhole ? 1348 : 234],
  ])("%s: every station is read", async (path, count) => {
    const { stations, rejected } = parseActiveStations(await read(path));
    expect(rejected).toEqual([]);
    expect(stations).toHaveLength(count);
  });

  test.each(list("errors/*"))("%s: refused by each parser", async (path) => {
    const body = await read(path);
    const now = new Date();
    const found = "not data, but an HTML page";
    for (const parse of [
      () => parseLatestObs(body, now),
      () => parseRealtime("41013", body, now),
      () => parseSpec("41013", body, now),
      () => parseHourly(body, now),
      () => parseActiveStations(body),
    ]) {
      const error = thrownBy(parse);
      expect(error).toBeInstanceOf(NotDataError);
      expect(String(error)).toContain(found);
    }
  });

  test.each(list("realtime2/*.drift"))("%s: not taken for another kind of file", async (path) => {
    const body = await read(path);
    expect(() => parseRealtime("41008", body, new Date())).toThrow(NotDataError);
  });
});

describe("stations recorded from NDBC", () => {
  const { read } = ndbcStations;
  const newestOf = async (path: string, stationId: string) =>
    parseLatestObs(await read(path), recordedAt(path)).observations.find((row) => row.stationId === stationId);

  test("real values that look like missing ones are kept", async () => {
    const path = "latest_obs_series/20260509T135519Z.txt";
    expect(await newestOf(path, "PILM4")).toMatchObject({ pressureHpa: 999 });
    expect(await newestOf(path, "42059")).toMatchObject({ meanWaveDirDeg: 99 });
  });

  test("a row that is eight seconds ahead of the clock is kept", async () => {
    const misery = await newestOf("latest_obs_series/20260509T035952Z.txt", "MISM1");
    expect(misery?.observedAt).toEqual(new Date("2026-05-09T04:00:00Z"));
  });

  test("45 days of 41002", async () => {
    const body = await read("realtime2/41002.20180801.txt");
    const { observations, rejectedLines, implausible } = parseRealtime("41002", body, recordedIn2018);
    expect(observations).toHaveLength(6560);
    expect(rejectedLines).toEqual([]);
    expect(implausible).toEqual([]);
    expect(observations[0]?.observedAt).toEqual(new Date("2018-08-01T15:10Z"));
    expect(observations.at(-1)?.observedAt).toEqual(new Date("2018-06-17T00:00Z"));
    expect(observations.filter((observation) => observation.waveHeightM !== null)).toHaveLength(1374);
    expect(observations.filter((observation) => observation.meanWaveDirDeg === 99)).toHaveLength(8);
  });

  test("the wave summary of 41002", async () => {
    const body = await read("realtime2/41002.20180801.spec");
    const { observations, rejectedLines, implausible } = parseSpec("41002", body, recordedIn2018);
    expect(observations).toHaveLength(1090);
    expect(rejectedLines).toEqual([]);
    expect(implausible).toEqual([]);
    expect(observations[0]).toMatchObject({
      observedAt: new Date("2018-08-01T14:40Z"),
      waveHeightM: 1.2,
      averagePeriodS: 4.5,
      meanWaveDirDeg: 209,
    });
  });

  test("45 days of TPLM2, a station on land", async () => {
    const body = await read("realtime2/TPLM2.20220813.txt");
    const { observations, rejectedLines } = parseRealtime("TPLM2", body, new Date("2022-08-13T18:30Z"));
    expect(observations).toHaveLength(1094);
    expect(rejectedLines).toEqual([]);
    expect(observations.every((observation) => observation.waveHeightM === null)).toBe(true);
  });

  test("NDBC's lists name NDBC as the owner of every station in them", async () => {
    const owned = await Promise.all(
      ndbcStations.list("activestations/*").map(async (path) => {
        const matches = (await read(path)).matchAll(/<station id="(\w+)".* owner="NDBC"/g);
        return new Set(Array.from(matches, ([, id = ""]) => id.toUpperCase()));
      }),
    );
    const files = ndbcStations.list("{latest_obs,latest_obs_series,hourly2}/*.txt");
    const bodies = await Promise.all(files.map(read));
    const ids = bodies.flatMap((body) => body.match(/^\w+/gm) ?? []);
    const ofStationFiles = ndbcStations.list("realtime2/*").map((path) => path.match(/\/(\w+)/)?.[1] ?? "");
    expect([...ids, ...ofStationFiles].filter((id) => !owned.every((list) => list.has(id)))).toEqual([]);
    expect(ids.length).toBeGreaterThan(1_500);
  });
});

if (wholeNetwork !== null) {
  const { read } = wholeNetwork;

  test("values of partners' stations that look like missing ones are kept, and a missing one that looks real is not", async () => {
    const path = "latest_obs_series/20260506T130408Z.txt";
    const { observations } = parseLatestObs(await read(path), recordedAt(path));
    const byId = (stationId: string) => observations.find((observation) => observation.stationId === stationId);
    expect(byId("OLCN6")).toMatchObject({ pressureHpa: 999 });
    expect(byId("45025")).toMatchObject({ meanWaveDirDeg: 99 });
    expect(byId("22101")).toMatchObject({ waveHeightM: 0.5, dominantPeriodS: null });
  });
}
