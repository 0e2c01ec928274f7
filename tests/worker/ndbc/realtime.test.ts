// Parsing of a station's own files.

import { describe, expect, test } from "bun:test";
import { NotDataError } from "../../../services/worker/ndbc/errors.ts";
import { parseRealtime, parseSpec } from "../../../services/worker/ndbc/realtime.ts";
import { fixture, thrownBy } from "./fixture.ts";

const now = new Date("2026-05-06T12:20:00Z");
const file = await fixture("44009.txt");
const [header = "", units = "", ...rows] = file.trimEnd().split("\n");
const waveRow = rows[1] ?? "";

const parse = (body: string) => parseRealtime("44009", body, now);
const tableOf = (...lines: string[]) => [header, units, ...lines, ""].join("\n");

/** The wave row with one cell replaced, by the name of its column. */
function rowWith(column: string, value: string): string {
  const cells = waveRow.split(/\s+/);
  cells[header.slice(1).split(/\s+/).indexOf(column)] = value;
  return cells.join(" ");
}

describe("a station's own file", () => {
  test("returns an observation for each row, in the file's order", () => {
    const { observations, rejectedLines, implausible } = parse(file);
    expect(observations.map((row) => row.observedAt.toISOString())).toEqual([
      "2026-05-06T12:00:00.000Z",
      "2026-05-06T11:50:00.000Z",
      "2026-05-06T11:40:00.000Z",
      "2026-05-06T11:30:00.000Z",
    ]);
    expect(observations[1]).toEqual({
      stationId: "44009",
      observedAt: new Date("2026-05-06T11:50:00Z"),
      waveHeightM: 1.2,
      windSpeedMps: 5.1,
      windDirDeg: 180,
      waterTempC: 12.4,
      pressureHpa: 1012.9,
      gustMps: 6,
      dominantPeriodS: 8,
      averagePeriodS: 5.3,
      meanWaveDirDeg: 169,
      airTempC: 12,
      dewPointC: 8,
      visibilityNmi: null,
      pressureTendencyHpa: null,
      tideFt: null,
    });
    expect(rejectedLines).toEqual([]);
    expect(implausible).toEqual([]);
  });

  test("reads the same with its columns in another order and others between them", () => {
    const reverse = (line: string, mark: string, extra: string) =>
      `${mark}${[...line.replace(/^#/, "").split(/\s+/).reverse(), extra].join("  ")}`;
    const reversed = [
      reverse(header, "#", "SAL"),
      reverse(units, "#", "psu"),
      ...rows.map((row) => reverse(row, "", "salty")),
      "",
    ].join("\n");
    expect(parse(reversed)).toEqual(parse(file));
  });

  test("may end its lines with CR and LF", () => {
    expect(parse(file.replaceAll("\n", "\r\n"))).toEqual(parse(file));
  });

  test("may hold remarks anywhere, which count as lines", () => {
    const body = tableOf(waveRow, "# station moved 3 NM west", "", rowWith("WSPD", "strong"));
    expect(parse(body)).toMatchObject({ observations: [{ windSpeedMps: 5.1 }, {}], unreadable: [{ line: 6 }] });
  });

  test("may lack the line of units", () => {
    expect(parse([header, ...rows, ""].join("\n")).observations).toEqual(parse(file).observations);
    expect(parse([header, "# a remark", ...rows, ""].join("\n")).observations).toEqual(parse(file).observations);
  });

  test("may have no rows: a station without news", () => {
    const nothing = { observations: [], rejectedLines: [], implausible: [], unreadable: [], missingColumns: [] };
    expect(parse(tableOf())).toEqual(nothing);
    expect(parse(`${header}\n`)).toEqual(nothing);
  });

  test("keeps both of two rows for the same time", () => {
    expect(parse(tableOf(waveRow, waveRow)).observations).toHaveLength(2);
  });
});

describe("only the broken row is skipped:", () => {
  test.each([
    ["a column too few", waveRow.replace(/ \S+$/, ""), "has 18 columns instead of 19"],
    ["a column too many", `${waveRow} 1`, "has 20 columns instead of 19"],
    ["a 30th of February", waveRow.replace("2026 05 06", "2026 02 30"), '"2026 02 30 11 50" is no time'],
    [
      "a 29th of February in a common year",
      waveRow.replace("2026 05 06", "2026 02 29"),
      '"2026 02 29 11 50" is no time',
    ],
    ["a 13th month", waveRow.replace("2026 05 06", "2025 13 06"), '"2025 13 06 11 50" is no time'],
    ["a month 0", waveRow.replace("2026 05 06", "2026 00 06"), '"2026 00 06 11 50" is no time'],
    ["a day 0", waveRow.replace("2026 05 06", "2026 05 00"), '"2026 05 00 11 50" is no time'],
    ["an hour 24", rowWith("hh", "24"), '"2026 05 06 24 50" is no time'],
    ["a minute 60", rowWith("mm", "60"), '"2026 05 06 11 60" is no time'],
    ["a year of two digits", waveRow.replace("2026", "26"), '"26 05 06 11 50" is no time'],
    ["a missing month", waveRow.replace("2026 05", "2026 MM"), '"2026 MM 06 11 50" is no time'],
    ["a time six minutes ahead", waveRow.replace("11 50", "12 26"), '"2026 05 06 12 26" is in the future'],
  ])("%s", (_, broken, reason) => {
    const { observations, rejectedLines } = parse(tableOf(waveRow, broken, waveRow));
    expect(observations).toHaveLength(2);
    expect(rejectedLines).toMatchObject([{ line: 4, reason: expect.stringContaining(reason) }]);
  });

  test("and nothing else about it is reported", () => {
    const broken = rowWith("WTMP", "-27.8").replace(/ \S+$/, " x y");
    const { rejectedLines, implausible, unreadable } = parse(tableOf(waveRow, broken));
    expect(rejectedLines).toMatchObject([{ line: 4 }]);
    expect([...implausible, ...unreadable]).toEqual([]);
  });

  test("five minutes ahead of the clock are allowed", () => {
    expect(parse(tableOf(waveRow.replace("11 50", "12 25"))).observations).toHaveLength(1);
  });

  test("the 29th of February of a leap year is a day", () => {
    const { observations } = parse(tableOf(waveRow.replace("2026 05 06", "2024 02 29")));
    expect(observations[0]?.observedAt).toEqual(new Date("2024-02-29T11:50:00Z"));
  });
});

describe("only the unreadable cell is skipped:", () => {
  test.each([
    ["stars", "ATMP", "****"],
    ["a word for a number", "WSPD", "calm"],
    ["an exponent", "PRES", "1e3"],
    ["two points", "PRES", "1.0.1"],
    ["more digits than a number holds", "PRES", "1012.9000000000000"],
    ["a sign alone", "PTDY", "+"],
    ["a point alone", "PTDY", "."],
    ["half of an MM", "TIDE", "M"],
  ])("%s", (_, column, text) => {
    const parsed = parse(tableOf(rowWith(column, text)));
    expect(parsed).toEqual({
      ...parse(tableOf(rowWith(column, "MM"))),
      unreadable: [{ line: 3, column, text }],
    });
  });

  test("and is quoted up to 40 characters", () => {
    expect(parse(tableOf(rowWith("ATMP", "*".repeat(50)))).unreadable[0]?.text).toBe(`${"*".repeat(40)}…`);
  });
});

describe("a value", () => {
  test.each([
    ["WDIR", "361"],
    ["WSPD", "98.1"],
    ["WSPD", "99.0"],
    ["WSPD", "-0.1"],
    ["GST", "120.1"],
    ["WVHT", "30.1"],
    ["WVHT", "99.00"],
    ["DPD", "51"],
    ["DPD", "99.00"],
    ["DPD", "0.9"],
    ["APD", "0"],
    ["APD", "50.1"],
    ["MWD", "-99"],
    ["PRES", "859.9"],
    ["PRES", "1095.1"],
    ["PRES", "9999.0"],
    ["ATMP", "-95.1"],
    ["ATMP", "60.1"],
    ["ATMP", "999.0"],
    ["WTMP", "-27.8"],
    ["WTMP", "45.1"],
    ["DEWP", "40.1"],
    ["VIS", "60.1"],
    ["VIS", "99.0"],
    ["PTDY", "-100.1"],
    ["PTDY", "+100.1"],
    ["TIDE", "-30.01"],
    ["TIDE", "80.01"],
    ["TIDE", "99.00"],
  ])("that no sea or sky has is skipped and reported: %s %s", (column, value) => {
    const { observations, rejectedLines, implausible } = parse(tableOf(rowWith(column, value)));
    expect(observations).toEqual(parse(tableOf(rowWith(column, "MM"))).observations);
    expect(rejectedLines).toEqual([]);
    expect(implausible).toEqual([{ line: 3, column, value: Number(value) }]);
  });

  test.each([
    ["WDIR", "0", "windDirDeg", 0],
    ["WDIR", "360", "windDirDeg", 360],
    ["WDIR", "099", "windDirDeg", 99],
    ["WSPD", "95.0", "windSpeedMps", 95],
    ["GST", "113.2", "gustMps", 113.2],
    ["GST", "98.9", "gustMps", 98.9],
    ["WVHT", "0.0", "waveHeightM", 0],
    ["WVHT", "24.0", "waveHeightM", 24],
    ["DPD", "1", "dominantPeriodS", 1],
    ["DPD", "30", "dominantPeriodS", 30],
    ["PRES", "999.9", "pressureHpa", 999.9],
    ["PRES", "860.0", "pressureHpa", 860],
    ["PRES", "870.0", "pressureHpa", 870],
    ["PRES", "1089.4", "pressureHpa", 1089.4],
    ["WTMP", "-3.0", "waterTempC", -3],
    ["WTMP", "38.4", "waterTempC", 38.4],
    ["ATMP", "-89.2", "airTempC", -89.2],
    ["ATMP", "56.7", "airTempC", 56.7],
    ["DEWP", "35.0", "dewPointC", 35],
    ["ATMP", "-0.3", "airTempC", -0.3],
    ["VIS", "0.02", "visibilityNmi", 0.02],
    ["PTDY", "+16.0", "pressureTendencyHpa", 16],
    ["PTDY", "-58.2", "pressureTendencyHpa", -58.2],
    ["PTDY", "+99.9", "pressureTendencyHpa", 99.9],
    ["PTDY", "-0.0", "pressureTendencyHpa", 0],
    ["TIDE", "-2.52", "tideFt", -2.52],
    ["TIDE", "53.60", "tideFt", 53.6],
    ["TIDE", ".5", "tideFt", 0.5],
  ] as const)("at the edge is kept: %s %s", (column, text, field, value) => {
    const { observations, implausible } = parse(tableOf(rowWith(column, text)));
    expect(Object.is(observations[0]?.[field], value)).toBe(true);
    expect(implausible).toEqual([]);
  });

  test.each([
    ["a breeze", "5.1", null],
    ["a wind that was not measured", "MM", null],
    ["a wind of 36.0 m/s", "36.0", 99],
    ["a hurricane", "49.0", 99],
  ])("of exactly 99.0 for the gust beside %s", (_, windSpeed, gustMps) => {
    const cells = rowWith("GST", "99.0").split(" ");
    cells[header.slice(1).split(/\s+/).indexOf("WSPD")] = windSpeed;
    const { observations, implausible } = parse(tableOf(cells.join(" ")));
    expect(observations).toMatchObject([{ gustMps, waveHeightM: 1.2 }]);
    expect(implausible).toEqual(gustMps === null ? [{ line: 3, column: "GST", value: 99 }] : []);
  });

  test("of 0 for the dominant period means that it was not measured", () => {
    const { observations, implausible } = parse(tableOf(rowWith("DPD", "0")));
    expect(observations[0]).toMatchObject({ waveHeightM: 1.2, dominantPeriodS: null });
    expect(implausible).toEqual([]);
  });

  test("equals the result of JavaScript's Number", () => {
    for (let tenths = -600; tenths <= 550; tenths++) {
      const text = (tenths / 10).toFixed(1);
      const [observation] = parse(tableOf(rowWith("ATMP", text))).observations;
      expect(observation?.airTempC).toBe(Number(text) + 0);
    }
  });
});

describe("a file without valid data is rejected completely:", () => {
  test.each([
    ["an empty body", "", "not data, but an empty body"],
    ["blank lines", "\n \n", "not data, but an empty body"],
    [
      "NDBC's 404 page",
      '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html></html>\n',
      "not data, but an HTML page",
    ],
    ["a page without a doctype", "\n<html><body>\n", "not data, but an HTML page"],
    ["an XML document", '<?xml version="1.0"?>\n<stations/>\n', "not data, but an XML document"],
    ["a sentence", "Service unavailable\n", 'not data, but text that starts with "Service unavailable\\n"'],
    ["a blank before the header", ` ${file}`, 'not data, but text that starts with "#YY  MM DD'],
    ["a file cut in a row", file.slice(0, -3), "not data, but a file cut off in the middle of line 6"],
    ["a file cut in the header", header.slice(0, 30), "not data, but a file cut off in the middle of line 1"],
    ["a header without the minute", file.replace(" mm ", " ss "), "not data, but a file whose header lacks mm"],
    ["a header with the hour twice", file.replace("GST ", "hh  "), "not data, but a file whose header has hh twice"],
    [
      "a header without a measurement",
      [header.replace(/[A-Z]{3,4}\b/g, "X"), units, ...rows, ""].join("\n"),
      "not data, but a file without a column of measurements",
    ],
    ["rows above a header", `#${rows.join("\n")}\n${file}`, "not data, but a file without a column of measurements"],
    [
      "a file whose every row is broken",
      tableOf(...rows.map((row) => `${row} 0`)),
      "not data, but a file with no usable row among 4 (line 3: has 20 columns instead of 19)",
    ],
  ])("%s", (_, body, message) => {
    const error = thrownBy(() => parse(body));
    expect(error).toBeInstanceOf(NotDataError);
    expect(String(error)).toContain(message);
    expect(String(error)).not.toContain("\n");
  });
});

describe("a column that is not essential is null in every row, and reported,", () => {
  const without = (column: string) => {
    const at = header.slice(1).split(/\s+/).indexOf(column);
    const drop = (line: string) => line.split(/\s+/).toSpliced(at, 1).join(" ");
    return [header, units, ...rows].map((line) => `${drop(line)}\n`).join("");
  };

  test.each([
    ["the last", "TIDE", "tideFt"],
    ["one in the middle", "WVHT", "waveHeightM"],
  ] as const)("when the header lacks it: %s", (_, column, field) => {
    const whole = parse(file);
    expect(parse(without(column))).toEqual({
      ...whole,
      observations: whole.observations.map((row) => ({ ...row, [field]: null })),
      missingColumns: [{ column, reason: "the header lacks it" }],
    });
  });

  test("when the header has it twice", () => {
    const { observations, missingColumns } = parse(file.replace("GST ", "WSPD"));
    expect(observations[1]).toMatchObject({ windSpeedMps: null, gustMps: null, windDirDeg: 180 });
    expect(missingColumns).toEqual([
      { column: "WSPD", reason: "the header has it twice" },
      { column: "GST", reason: "the header lacks it" },
    ]);
  });

  test("when it is in another unit", () => {
    const { observations, missingColumns } = parse(file.replace("m/s", "kts"));
    expect(observations[1]).toMatchObject({ windSpeedMps: null, gustMps: 6 });
    expect(missingColumns).toEqual([{ column: "WSPD", reason: 'it is in "kts" instead of "m/s"' }]);
  });
});

describe("a station's wave summary", () => {
  test("returns height, average period and mean direction at its own times", async () => {
    const { observations, rejectedLines, implausible } = parseSpec("44009", await fixture("44009.spec"), now);
    expect(observations).toMatchObject([
      { observedAt: new Date("2026-05-06T11:40:00Z"), waveHeightM: 1.2, averagePeriodS: 5.3, meanWaveDirDeg: 169 },
      { observedAt: new Date("2026-05-06T10:40:00Z"), waveHeightM: 1.1, averagePeriodS: 5.1, meanWaveDirDeg: null },
      { observedAt: new Date("2026-05-06T09:40:00Z"), waveHeightM: 1.1, averagePeriodS: null, meanWaveDirDeg: 171 },
    ]);
    expect(rejectedLines).toEqual([]);
    expect(implausible).toEqual([]);
  });

  test("returns no other field", async () => {
    const [first] = parseSpec("44009", await fixture("44009.spec"), now).observations;
    const { stationId, observedAt, waveHeightM, averagePeriodS, meanWaveDirDeg, ...others } = first ?? {};
    expect(Object.keys(others)).toHaveLength(11);
    expect(new Set(Object.values(others))).toEqual(new Set([null]));
  });
});
