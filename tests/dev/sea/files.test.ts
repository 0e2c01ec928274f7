// Tests of the files of the simulated sea.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { fileAt } from "../../../services/dev/sea/files.ts";
import { stations } from "../../../services/dev/sea/stations.ts";
import { createSea } from "../../../services/dev/sea/weather.ts";
import { parseActiveStations } from "../../../services/worker/ndbc/active-stations.ts";
import { parseHourly } from "../../../services/worker/ndbc/hourly.ts";
import { parseLatestObs } from "../../../services/worker/ndbc/latest-obs.ts";
import { activeStationsPath, hourlyPath, realtimePath } from "../../../services/worker/ndbc/paths.ts";
import { parseRealtime, parseSpec } from "../../../services/worker/ndbc/realtime.ts";
import type { Observation } from "../../../shared/measurements.ts";
import { observationMessageSchema } from "../../../shared/observation.ts";
import { latestObsPath, simulationOwner } from "../../../shared/upstream.ts";

setDefaultTimeout(120_000);

const sea = createSea(1);
const now = new Date("2026-05-06T12:34:56.789Z");
const later = (from: Date, seconds: number) => new Date(from.getTime() + seconds * 1000);

function file(path: string, at = now) {
  const found = fileAt(sea, path, at);
  if (!found) throw new Error(`there is no ${path}`);
  return found;
}

/** Returns the text of a file; each is built only once. */
function content(path: string, at = now): string {
  const key = `${path} ${at.getTime()}`;
  const made = contents.get(key) ?? file(path, at).content();
  contents.set(key, made);
  return made;
}
const contents = new Map<string, string>();

const dataRows = (text: string) => text.split("\n").slice(2, -1);
/** Returns the different lengths of the rows. */
const widths = (text: string) => [...new Set(dataRows(text).map((row) => row.length))];
const latestRows = (at: Date) => parseLatestObs(content(latestObsPath, at), at).observations;
const keyOf = ({ stationId, observedAt }: Observation) => `${stationId} ${observedAt.toISOString()}`;
const withoutPlace = ({ latitude: _, longitude: __, ...row }: ReturnType<typeof latestRows>[number]) => row;

/** Each second of eight minutes around the full hour. */
const seconds = Array.from({ length: 480 }, (_, index) => later(new Date("2026-05-06T12:56:00Z"), index));
/** Result of a poll in each of these seconds. */
const polls = seconds.map((at) => ({ at, modified: file(latestObsPath, at).lastModified, rows: latestRows(at) }));
const hours = Array.from({ length: 24 }, (_, index) => later(now, -index * 3600));

describe("the worker accepts every row of the simulated sea completely", () => {
  const whole = { rejectedLines: [], implausible: [] };

  test("in latest_obs.txt: one row per station, sorted by id, 118 characters each", () => {
    const text = content(latestObsPath);
    expect(parseLatestObs(text, now)).toMatchObject(whole);
    const ids = latestRows(now).map((row) => row.stationId);
    expect(ids).toEqual(stations.map((station) => station.id));
    expect(ids).toEqual(ids.toSorted());
    expect(widths(text)).toEqual([118]);
  });

  test("in hourly files of the past day: sorted by id, newest first, and all from that hour", () => {
    for (const hour of hours.filter((_, index) => index % 4 < 2)) {
      const text = content(hourlyPath(hour));
      const parsed = parseHourly(text, now);
      expect(parsed).toMatchObject(whole);
      expect(parsed.observations).toHaveLength(dataRows(text).length);
      expect(parsed.observations.length).toBeGreaterThan(300);
      const keys = parsed.observations.map((row) => `${row.stationId} ${200 - row.observedAt.getUTCMinutes()}`);
      expect(keys).toEqual(keys.toSorted());
      const hoursOfRows = new Set(parsed.observations.map(({ observedAt }) => observedAt.toISOString().slice(0, 13)));
      expect([...hoursOfRows]).toEqual([hour.toISOString().slice(0, 13)]);
      expect(widths(text)).toEqual([99]);
    }
  });

  test("in realtime2: 45 days, newest first, in a file as large as NDBC's", () => {
    for (const id of ["46026", "KGBK"]) {
      const text = content(realtimePath(id, "txt"));
      const parsed = parseRealtime(id, text, now);
      expect(parsed).toMatchObject(whole);
      const times = parsed.observations.map((row) => row.observedAt.getTime());
      expect(times).toEqual(times.toSorted((one, other) => other - one));
      expect(new Set(times).size).toBe(dataRows(text).length);
      expect(new Date(times.at(-1) ?? 0).toISOString()).toStartWith("2026-03-22T00:");
      expect(text.length).toBeWithin(500_000, 700_000);
      expect(widths(text)).toEqual([93]);
    }
  });

  test("in .spec: with the same waves as in .txt", () => {
    for (const id of ["46026"]) {
      const text = content(realtimePath(id, "spec"));
      const parsed = parseSpec(id, text, now);
      expect(parsed).toMatchObject(whole);
      const byTime = new Map(
        parseRealtime(id, content(realtimePath(id, "txt")), now).observations.map((row) => [keyOf(row), row]),
      );
      const differing = parsed.observations.filter(
        (row) => row.waveHeightM !== (byTime.get(keyOf(row))?.waveHeightM ?? null),
      );
      expect(differing).toEqual([]);
      expect(widths(text)).toEqual([69]);
    }
  });

  test("in activestations.xml: with an owner that marks the stations as simulated", () => {
    const { stations: listed, rejected } = parseActiveStations(content(activeStationsPath));
    expect(rejected).toEqual([]);
    expect(listed.map((station) => station.stationId)).toEqual(stations.map((station) => station.id));
    expect(new Set(listed.map((station) => station.owner))).toEqual(new Set(["bellbuoy simulation"]));
    expect(simulationOwner).toBe("bellbuoy simulation");
    expect(listed.find((station) => station.stationId === "KGBK")?.name).toEndWith("(W&T Offshore)");
  });

  test("and each row fits the message schema", () => {
    for (const { stationId, observedAt, ...row } of latestRows(now)) {
      const timestamp = observedAt.toISOString();
      const measured = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
      const core = { waveHeightM: null, windSpeedMps: null, windDirDeg: null, waterTempC: null, pressureHpa: null };
      expect(observationMessageSchema.safeParse({ stationId, timestamp, ...core, ...measured }).error).toBeUndefined();
    }
  });
});

describe("the simulated sea is the same for all clients", () => {
  test("the same seed gives the same bytes at the same time, another seed gives other bytes", () => {
    for (const path of [
      latestObsPath,
      hourlyPath(later(now, -3600)),
      realtimePath("46026", "txt"),
      activeStationsPath,
    ]) {
      expect(fileAt(createSea(1), path, now)?.content()).toBe(content(path));
    }
    expect(fileAt(createSea(2), latestObsPath, now)?.content()).not.toBe(content(latestObsPath));
  });

  test("a complete row is the same in every file, at once and hours later", () => {
    const complete = latestRows(now).map(withoutPlace);
    const hourly = parseHourly(content(hourlyPath(now)), now).observations;
    for (const row of complete) expect(hourly).toContainEqual(row);
    const evening = later(now, 6 * 3600);
    const kept = complete.filter((row) => row.observedAt.getUTCMinutes() % 10 === 0);
    const byEvening = parseHourly(content(hourlyPath(now), evening), evening).observations;
    for (const row of kept) expect(byEvening).toContainEqual(row);
    const station = complete.find((row) => row.stationId === "46026");
    expect(parseRealtime("46026", content(realtimePath("46026", "txt")), now).observations[0]).toEqual(
      station as Observation,
    );
  });

  test("unknown paths and station ids in lower case have no file", () => {
    for (const path of [
      "/",
      "/data/realtime2/51wh0.txt",
      "/data/realtime2/99999.txt",
      "/data/realtime2/51WH0.spec",
      "/data/realtime2/46026.drift",
      "/data/hourly2/hour_24.txt",
      "/data/hourly2/hour_1.txt",
    ]) {
      expect(fileAt(sea, path, now)).toBeNull();
    }
  });
});

describe("the simulated sea never stops", () => {
  test("new rows appear at least every five seconds, one or two per second", () => {
    const seen = new Set<string>(polls[0]?.rows.map(keyOf));
    const before = seen.size;
    let lastNews = polls[0]?.at ?? now;
    for (const { at, rows } of polls) {
      for (const key of rows.map(keyOf)) {
        if (!seen.has(key)) lastNews = at;
        seen.add(key);
      }
      expect(at.getTime() - lastNews.getTime()).toBeLessThan(5_000);
    }
    expect((seen.size - before) / polls.length).toBeWithin(0.7, 2.5);
  });

  test("rows are never from the future, and rarely older than two minutes", () => {
    const ages = polls.flatMap(({ at, rows }) => rows.map((row) => (at.getTime() - row.observedAt.getTime()) / 1000));
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
    expect(ages.filter((age) => age < 120).length / ages.length).toBeGreaterThan(0.9);
    expect(Math.max(...ages)).toBeWithin(180, 660);
  });

  test("the newest rows change exactly when Last-Modified does", () => {
    for (const [index, { modified, rows }] of polls.entries()) {
      const previous = polls[index - 1];
      if (previous) expect(Bun.deepEquals(rows, previous.rows)).toBe(+modified === +previous.modified);
    }
  });

  test.each([
    [latestObsPath, "12:58:00", 180],
    [hourlyPath(new Date("2026-05-06T13:00:00Z")), "12:59:58", 20],
    [hourlyPath(new Date("2026-05-06T12:00:00Z")), "12:59:58", 4],
    [hourlyPath(new Date("2026-05-06T12:00:00Z")), "13:01:58", 4],
    [hourlyPath(new Date("2026-05-06T12:00:00Z")), "13:59:58", 4],
    [realtimePath("46026", "txt"), "12:59:59", 3],
  ])("every change of %s gets a new Last-Modified (from %s on, %d s)", (path, time, count) => {
    const polls = Array.from({ length: count }, (_, index) => {
      const at = later(new Date(`2026-05-06T${time}Z`), index);
      return { at, modified: file(path, at).lastModified, text: content(path, at) };
    });
    for (const [index, { at, modified, text }] of polls.entries()) {
      const previous = polls[index - 1];
      if (previous && text !== previous.text) expect(modified).toEqual(at);
      expect(modified.getTime()).toBeLessThanOrEqual(at.getTime());
    }
  });

  test("the content does not change within a second", () => {
    expect(content(latestObsPath, later(now, 0.2))).toBe(content(latestObsPath));
    expect(file(latestObsPath, later(now, 0.2)).lastModified).toEqual(file(latestObsPath).lastModified);
  });

  test("an hourly file holds yesterday's rows until the first row of the new hour", () => {
    const noon = new Date("2026-05-06T12:00:00Z");
    const dayOf = (at: Date) =>
      new Set(parseHourly(content(hourlyPath(noon), at), at).observations.map((row) => row.observedAt.getUTCDate()));
    expect(dayOf(noon)).toEqual(new Set([5]));
    expect(dayOf(later(noon, 10))).toEqual(new Set([6]));
  });
});

describe("the simulated sea has the gaps of the real network", () => {
  const states = new Map<string, Observation[]>();
  for (const { rows } of polls) {
    for (const row of rows.map(withoutPlace)) {
      const known = states.get(keyOf(row)) ?? [];
      if (!known.length || !Bun.deepEquals(known.at(-1), row)) states.set(keyOf(row), [...known, row]);
    }
  }

  test("some rows first arrive without waves and get them seconds later, with no other change", () => {
    const changed = [...states.values()].filter((versions) => versions.length > 1);
    expect(changed.length).toBeGreaterThan(50);
    for (const versions of changed) {
      const [first, second] = versions;
      expect(versions).toHaveLength(2);
      expect(first?.waveHeightM).toBeNull();
      expect(second?.waveHeightM).toBeNumber();
      const { waveHeightM: _, dominantPeriodS: __, averagePeriodS: ___, meanWaveDirDeg: ____, ...rest } = first ?? {};
      expect(second).toMatchObject(rest);
    }
  });

  test("most stations have waves in two of four minutes only", () => {
    const rows = [...states.values()].flatMap((versions) => versions.at(-1) ?? []);
    const minutesWithWaves = (stationId: string) =>
      new Set(
        rows
          .filter((row) => row.stationId === stationId && row.waveHeightM !== null)
          .map((row) => row.observedAt.getUTCMinutes() % 4),
      );
    const atTimes = stations.filter((station) => station.wavesOnlyAtTimes);
    expect(atTimes.length).toBeGreaterThan(30);
    for (const { id } of atTimes) expect([...minutesWithWaves(id)].filter((minute) => minute > 1)).toEqual([]);
  });

  test("some stations measure no waves, some only waves, and sensors fail for a while", () => {
    const day = hours
      .filter((_, index) => index % 4 < 2)
      .flatMap((hour) => parseHourly(content(hourlyPath(hour)), now).observations);
    const measuresEver = (stationId: string, name: keyof Observation) =>
      day.some((row) => row.stationId === stationId && row[name] !== null);
    expect(measuresEver("51WH0", "waveHeightM")).toBeFalse();
    expect(measuresEver("46214", "windSpeedMps")).toBeFalse();
    const pressures = day.filter((row) => row.stationId.startsWith("44") && row.pressureHpa === null);
    expect(pressures.length).toBeGreaterThan(0);
    expect(pressures.length).toBeLessThan(day.length / 20);
  });
});

test.each([60, 300])(
  "with a batch each %d seconds, the file changes that often, with half of the stations",
  (paceSeconds) => {
    const paced = createSea(1, paceSeconds);
    const rowsAt = (at: Date) => {
      const found = fileAt(paced, latestObsPath, at);
      if (!found) throw new Error("no file");
      return { modified: found.lastModified, rows: parseLatestObs(found.content(), at).observations };
    };
    const start = new Date("2026-05-06T12:00:00Z");
    const batches = Array.from({ length: 9 }, (_, index) => rowsAt(later(start, index * paceSeconds)));
    const rows = batches.slice(1).flatMap(({ rows }, index) => {
      const before = new Set(batches[index]?.rows.map(keyOf));
      const changed = rows.filter((row) => !before.has(keyOf(row)));
      expect(changed.length).toBeWithin(stations.length * 0.4, stations.length * 0.6);
      return changed;
    });
    expect(batches.map(({ modified }) => modified)).toEqual(
      batches.map((_, index) => later(start, index * paceSeconds)),
    );
    const last = rowsAt(later(start, paceSeconds - 1));
    expect(last).toEqual({ modified: start, rows: batches[0]?.rows ?? [] });
    // As at NDBC, about half of the rows have no water temperature, and three quarters no waves.
    const share = (without: (row: Observation) => boolean) => rows.filter(without).length / rows.length;
    expect(share((row) => row.waterTempC === null)).toBeWithin(0.4, 0.6);
    expect(share((row) => row.waveHeightM === null)).toBeWithin(0.65, 0.85);
  },
);
