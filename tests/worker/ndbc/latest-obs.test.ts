// Parsing of latest_obs.txt.

import { describe, expect, test } from "bun:test";
import { parseLatestObs } from "../../../services/worker/ndbc/latest-obs.ts";
import type { RowFault } from "../../../services/worker/ndbc/table/rejected-rows.ts";
import { fixture } from "./fixture.ts";

const now = new Date("2026-05-06T12:00:00Z");
const file = await fixture("latest_obs.txt");
const [header = "", units = "", ...rows] = file.trimEnd().split("\n");
const row44009 = rows[1] ?? "";

const tableOf = (...lines: string[]) => [header, units, ...lines, ""].join("\n");

describe("latest_obs.txt", () => {
  test("returns an observation with its position for each row, in the file's order", () => {
    const { observations, rejectedLines } = parseLatestObs(file, now);
    expect(observations.map((row) => row.stationId)).toEqual(["32ST0", "44009", "46026", "5401000", "KGUL", "LTRF1"]);
    expect(rejectedLines).toEqual([]);
    expect(observations[0]).toEqual({
      stationId: "32ST0",
      observedAt: new Date("2026-05-06T11:40:00Z"),
      latitude: -19.713,
      longitude: -85.585,
      waveHeightM: 1.9,
      windSpeedMps: 7,
      windDirDeg: 120,
      waterTempC: 19.6,
      pressureHpa: 1017.2,
      gustMps: 9,
      dominantPeriodS: 12,
      averagePeriodS: 6.9,
      meanWaveDirDeg: 171,
      airTempC: 19.9,
      dewPointC: 15.3,
      visibilityNmi: null,
      pressureTendencyHpa: 0.4,
      tideFt: null,
    });
  });

  test("is also read in its width until 2022", async () => {
    const { observations, rejectedLines } = parseLatestObs(await fixture("latest_obs-2022.txt"), now);
    expect(rejectedLines).toEqual([]);
    expect(observations[1]).toMatchObject({
      stationId: "44009",
      latitude: 38.46,
      longitude: -74.692,
      waveHeightM: 1.2,
    });
  });

  describe.each([
    ["its Last-Modified", "Wed, 06 May 2026 11:58:00 GMT"],
    ["its newest row, without a Last-Modified", null],
    ["its newest row, where Last-Modified is no date", "yesterday"],
    ["its newest row, where Last-Modified is in the future", "Wed, 06 May 2099 11:58:00 GMT"],
    ["its newest row, where Last-Modified is older", "Thu, 01 Jan 1970 00:00:00 GMT"],
  ])("of a file whose age is counted from %s,", (_, lastModified) => {
    const at = (time: string) => row44009.replace(/\d{4} \d\d \d\d \d\d \d\d/, time);
    const retention = { keptMs: 45 * 86_400_000, lastModified };

    test.each(["1970 01 01 00 00", "1000 01 01 00 00", "2016 02 29 12 00", "2026 03 22 11 20"])(
      "a row of %s is older than is kept, and is rejected",
      (time) => {
        const parsed = parseLatestObs(tableOf(...rows, at(time)), now, retention);
        expect(parsed.observations).toHaveLength(rows.length);
        const reason = `"${time}" is older than RETENTION_DAYS`;
        expect(parsed.rejectedLines).toEqual([{ line: rows.length + 3, code: "old", reason }]);
      },
    );

    test("a row within the kept time is read", () => {
      expect(parseLatestObs(tableOf(...rows, at("2026 03 22 12 10")), now, retention).rejectedLines).toEqual([]);
    });
  });

  test("is no data if all its rows are older than is kept before its Last-Modified", () => {
    const retention = { keptMs: 86_400_000, lastModified: "Fri, 08 May 2026 12:00:00 GMT" };
    expect(() => parseLatestObs(file, new Date("2026-05-08T12:00:00Z"), retention)).toThrow(
      "a file with no usable row among 6",
    );
  });

  test("keeps nines that are real: 999.0 hPa, and waves from 99°", () => {
    const { observations } = parseLatestObs(file, now);
    expect(observations[1]).toMatchObject({ pressureHpa: 999, meanWaveDirDeg: 99 });
  });

  test("reads negative, signed and whole numbers, and -0.0 as zero", () => {
    const { observations } = parseLatestObs(file, now);
    expect(observations[1]).toMatchObject({ dewPointC: -0.5 });
    expect(Object.is(observations[1]?.pressureTendencyHpa, 0)).toBe(true);
    expect(observations[4]).toMatchObject({ windDirDeg: 360, windSpeedMps: 0, airTempC: 23, pressureTendencyHpa: 16 });
    expect(observations[5]).toMatchObject({ tideFt: -0.25 });
  });

  test("keeps a row without measurements", () => {
    const { observations } = parseLatestObs(file, now);
    const { stationId, observedAt, latitude, longitude, ...measured } = observations[3] ?? {};
    expect(stationId).toBe("5401000");
    expect(new Set(Object.values(measured))).toEqual(new Set([null]));
  });

  test("keeps both of two rows for the same station and time", () => {
    expect(parseLatestObs(tableOf(row44009, row44009), now).observations).toHaveLength(2);
  });

  test("writes station ids in upper case", () => {
    const { observations } = parseLatestObs(tableOf(row44009.replace("44009", "51wh0")), now);
    expect(observations[0]?.stationId).toBe("51WH0");
  });

  test.each<[string, string, RowFault, string]>([
    ["with an invalid id", row44009.replace("44009", "../41"), "station", '"../41" is no station id'],
    ["with an id that is too short", row44009.replace("44009", "  440"), "station", '"440" is no station id'],
  ])("loses only the row %s", (_, broken, code, reason) => {
    const { observations, rejectedLines } = parseLatestObs(tableOf(rows[0] ?? "", broken, rows[2] ?? ""), now);
    expect(observations.map((row) => row.stationId)).toEqual(["32ST0", "46026"]);
    expect(rejectedLines).toEqual([{ line: 4, code, reason }]);
  });

  test.each([
    ["that was not measured", row44009.replace("38.460", "    MM"), {}],
    [
      "that is unreadable",
      row44009.replace("38.460", "******"),
      { unreadable: [{ line: 3, column: "LAT", text: "******" }] },
    ],
    [
      "north of the pole",
      row44009.replace("38.460", "90.001"),
      { implausible: [{ line: 3, column: "LAT", value: 90.001 }] },
    ],
    [
      "west of -180°",
      row44009.replace(" -74.692", "-180.001"),
      { implausible: [{ line: 3, column: "LON", value: -180.001 }] },
    ],
  ])("loses only a position %s", (_, row, reported) => {
    const whole = parseLatestObs(tableOf(row44009), now);
    expect(parseLatestObs(tableOf(row), now)).toEqual({
      ...whole,
      observations: whole.observations.map((each) => ({ ...each, latitude: null, longitude: null })),
      ...reported,
    });
  });

  test.each([
    ["lacks them", (body: string) => body.replace("LAT ", "XXX "), "the header lacks it"],
    ["has them in another unit", (body: string) => body.replace("deg ", "rad "), 'it is in "rad" instead of "deg"'],
  ])("is read without positions when it %s", (_, change, reason) => {
    const { observations, missingColumns } = parseLatestObs(change(tableOf(row44009)), now);
    expect(observations).toMatchObject([{ stationId: "44009", waveHeightM: 1.2, latitude: null, longitude: null }]);
    expect(missingColumns).toEqual([{ column: "LAT", reason }]);
  });

  test("accepts stations on the equator, the prime meridian and the date line", () => {
    const soul = row44009.replace("38.460  -74.692", " 0.000    0.000");
    const dateLine = row44009.replace("38.460  -74.692", "-90.000 -180.000");
    expect(parseLatestObs(tableOf(soul, dateLine), now).observations).toMatchObject([
      { latitude: 0, longitude: 0 },
      { latitude: -90, longitude: -180 },
    ]);
  });

  test.each([
    ["has a header but no row", tableOf(), "not data, but a file without a row"],
    ["has remarks only", tableOf("# no stations today"), "not data, but a file without a row"],
  ])("is refused when it %s", (_, body, message) => {
    expect(() => parseLatestObs(body, now)).toThrow(message);
  });

  test("rejects a station's own file", () => {
    expect(() => parseLatestObs("#YY  MM DD hh mm WDIR\n", now)).toThrow("not data, but a file whose header lacks STN");
  });
});
