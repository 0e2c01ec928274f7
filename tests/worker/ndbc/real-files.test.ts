import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { parseActiveStations } from "../../../services/worker/ndbc/active-stations.ts";
import { parseHourly } from "../../../services/worker/ndbc/hourly.ts";
import { parseLatestObs } from "../../../services/worker/ndbc/latest-obs.ts";
import { NotDataError } from "../../../services/worker/ndbc/not-data.ts";
import { parseRealtime, parseSpec } from "../../../services/worker/ndbc/realtime.ts";
import { readLatin1, thrownBy } from "./fixture.ts";

/** Files recorded from NDBC, which are too many for this repository. */
const recordings = `${import.meta.dir}/../../../../shared/ndbc`;
const exists = existsSync(recordings);

const read = (path: string) => readLatin1(`${recordings}/${path}`);
const list = (pattern: string) => (exists ? [...new Bun.Glob(pattern).scanSync(recordings)].sort() : []);

/** The time in a recording's name: `20260506T113000Z` or `20180730T2137Z`. */
function recordedAt(path: string): Date {
  const [, date, hour, minute, second = "00"] = path.match(/(\d{8})T(\d\d)(\d\d)(\d\d)?Z/) ?? [];
  return new Date(`${date?.replace(/(....)(..)(..)/, "$1-$2-$3")}T${hour}:${minute}:${second}Z`);
}

/** How many rows a table has, counted without our parser. */
const countRows = (body: string) => body.split("\n").filter((line) => /^[A-Z0-9]/.test(line)).length;

describe.skipIf(!exists)("files recorded from NDBC", () => {
  test.each(list("latest_obs*/*.txt"))("%s: every row is read", async (path) => {
    // The project that recorded one of them trimmed its end.
    const body = `${(await read(path)).trimEnd()}\n`;
    const { observations, rejectedLines, implausible } = parseLatestObs(body, recordedAt(path));
    expect(rejectedLines).toEqual([]);
    expect(implausible).toEqual([]);
    expect(observations).toHaveLength(countRows(body));
    expect(observations.length).toBeGreaterThan(500);
  });

  test("real values that look like missing ones are kept, and a missing one that looks real is not", async () => {
    const path = "latest_obs_series/20260506T130408Z.txt";
    const { observations } = parseLatestObs(await read(path), recordedAt(path));
    const byId = (stationId: string) => observations.find((observation) => observation.stationId === stationId);
    expect(byId("OLCN6")).toMatchObject({ pressureHpa: 999 });
    expect(byId("45025")).toMatchObject({ meanWaveDirDeg: 99 });
    expect(byId("22101")).toMatchObject({ waveHeightM: 0.5, dominantPeriodS: null });
  });

  test("a row that is eight seconds ahead of the clock is kept", async () => {
    const path = "latest_obs_series/20260509T035952Z.txt";
    const { observations } = parseLatestObs(await read(path), recordedAt(path));
    const misery = observations.find((observation) => observation.stationId === "MISM1");
    expect(misery?.observedAt).toEqual(new Date("2026-05-09T04:00:00Z"));
  });

  test("45 days of 41002", async () => {
    const body = await read("realtime2/41002.20180801.txt");
    const { observations, rejectedLines, implausible } = parseRealtime("41002", body, new Date("2018-08-01T15:28Z"));
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
    const { observations, rejectedLines, implausible } = parseSpec("41002", body, new Date("2018-08-01T15:28Z"));
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

  test("an hour of the whole network", async () => {
    const body = await read("hourly2/hour_15.20120224.txt");
    const { observations, rejectedLines, implausible } = parseHourly(body, new Date("2012-02-24T17:00Z"));
    expect(observations).toHaveLength(2147);
    expect(rejectedLines).toEqual([]);
    expect(implausible).toEqual([]);
    expect(new Set(observations.map((observation) => observation.stationId)).size).toBe(523);
  });

  test.each([
    ["activestations/activestations.20180814T1935Z.xml", 1375],
    ["activestations/activestations.20240827T1440Z.xml", 1348],
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
