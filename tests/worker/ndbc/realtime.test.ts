import { describe, expect, test } from "bun:test";
import { NotDataError } from "../../../services/worker/ndbc/not-data.ts";
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
  test("gives an observation for each row, in the file's order", () => {
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
    expect(parse(body)).toMatchObject({ observations: [{ stationId: "44009" }], rejectedLines: [{ line: 6 }] });
  });

  test("may lack the line of units", () => {
    expect(parse([header, ...rows, ""].join("\n")).observations).toEqual(parse(file).observations);
    expect(parse([header, "# a remark", ...rows, ""].join("\n")).observations).toEqual(parse(file).observations);
  });

  test("may be without a row: a station without news", () => {
    const nothing = { observations: [], rejectedLines: [], implausible: [] };
    expect(parse(tableOf())).toEqual(nothing);
    expect(parse(`${header}\n`)).toEqual(nothing);
  });

  test("keeps both of two rows for the same time", () => {
    expect(parse(tableOf(waveRow, waveRow)).observations).toHaveLength(2);
  });
});

describe("a broken row costs itself only:", () => {
  test.each([
    ["a column too few", waveRow.replace(/ \S+$/, ""), "has 18 columns instead of 19"],
    ["a column too many", `${waveRow} 1`, "has 20 columns instead of 19"],
    ["a word for a number", rowWith("WSPD", "calm"), 'WSPD is "calm", which is no number'],
    ["an exponent", rowWith("PRES", "1e3"), 'PRES is "1e3", which is no number'],
    ["two points", rowWith("PRES", "1.0.1"), 'PRES is "1.0.1", which is no number'],
    ["more digits than a number holds", rowWith("PRES", "1012.9000000000000"), "which is no number"],
    ["a sign alone", rowWith("PTDY", "+"), 'PTDY is "+", which is no number'],
    ["a point alone", rowWith("PTDY", "."), 'PTDY is ".", which is no number'],
    ["half of an MM", rowWith("TIDE", "M"), 'TIDE is "M", which is no number'],
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
    ["a time six minutes ahead", waveRow.replace("11 50", "12 26"), '"2026 05 06 12 26" is still to come'],
  ])("%s", (_, broken, reason) => {
    const { observations, rejectedLines } = parse(tableOf(waveRow, broken, waveRow));
    expect(observations).toHaveLength(2);
    expect(rejectedLines).toMatchObject([{ line: 4, reason: expect.stringContaining(reason) }]);
  });

  test("and nothing else about it is told", () => {
    const broken = rowWith("WTMP", "-27.8").replace(/ \S+$/, " x");
    expect(parse(tableOf(waveRow, broken))).toMatchObject({ rejectedLines: [{ line: 4 }], implausible: [] });
  });

  test("five minutes ahead of the clock are allowed", () => {
    expect(parse(tableOf(waveRow.replace("11 50", "12 25"))).observations).toHaveLength(1);
  });

  test("the 29th of February of a leap year is a day", () => {
    const { observations } = parse(tableOf(waveRow.replace("2026 05 06", "2024 02 29")));
    expect(observations[0]?.observedAt).toEqual(new Date("2024-02-29T11:50:00Z"));
  });
});

describe("a value", () => {
  test.each([
    ["WDIR", "361"],
    ["WSPD", "75.1"],
    ["WSPD", "-0.1"],
    ["GST", "110.1"],
    ["WVHT", "25.1"],
    ["DPD", "31"],
    ["DPD", "0.9"],
    ["APD", "0"],
    ["APD", "30.1"],
    ["MWD", "-99"],
    ["PRES", "859.9"],
    ["PRES", "1085.1"],
    ["PRES", "9999.0"],
    ["ATMP", "-60.1"],
    ["ATMP", "55.1"],
    ["WTMP", "-27.8"],
    ["WTMP", "40.1"],
    ["DEWP", "40.1"],
    ["VIS", "60.1"],
    ["PTDY", "-25.1"],
    ["PTDY", "+25.1"],
    ["TIDE", "-30.01"],
    ["TIDE", "60.01"],
  ])("that no sea or sky has is left out and told: %s %s", (column, value) => {
    const { observations, rejectedLines, implausible } = parse(tableOf(rowWith(column, value)));
    expect(observations).toEqual(parse(tableOf(rowWith(column, "MM"))).observations);
    expect(rejectedLines).toEqual([]);
    expect(implausible).toEqual([{ line: 3, column, value: Number(value) }]);
  });

  test.each([
    ["WDIR", "0", "windDirDeg", 0],
    ["WDIR", "360", "windDirDeg", 360],
    ["WDIR", "099", "windDirDeg", 99],
    ["GST", "110.0", "gustMps", 110],
    ["WVHT", "0.0", "waveHeightM", 0],
    ["DPD", "1", "dominantPeriodS", 1],
    ["PRES", "999.9", "pressureHpa", 999.9],
    ["PRES", "860.0", "pressureHpa", 860],
    ["WTMP", "-3.0", "waterTempC", -3],
    ["ATMP", "-0.3", "airTempC", -0.3],
    ["VIS", "0.02", "visibilityNmi", 0.02],
    ["PTDY", "+16.0", "pressureTendencyHpa", 16],
    ["PTDY", "-0.0", "pressureTendencyHpa", 0],
    ["TIDE", "-2.52", "tideFt", -2.52],
    ["TIDE", ".5", "tideFt", 0.5],
  ] as const)("at the edge is kept: %s %s", (column, text, field, value) => {
    const { observations, implausible } = parse(tableOf(rowWith(column, text)));
    expect(Object.is(observations[0]?.[field], value)).toBe(true);
    expect(implausible).toEqual([]);
  });

  test("of 0 for the dominant period means that it was not measured", () => {
    const { observations, implausible } = parse(tableOf(rowWith("DPD", "0")));
    expect(observations[0]).toMatchObject({ waveHeightM: 1.2, dominantPeriodS: null });
    expect(implausible).toEqual([]);
  });

  test("is exactly what JavaScript makes of its digits", () => {
    for (let tenths = -600; tenths <= 550; tenths++) {
      const text = (tenths / 10).toFixed(1);
      const [observation] = parse(tableOf(rowWith("ATMP", text))).observations;
      expect(observation?.airTempC).toBe(Number(text) + 0);
    }
  });
});

describe("what is no data is refused as a whole:", () => {
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
    ["a header without WVHT", file.replace("WVHT", "WAVE"), "not data, but a file whose header lacks WVHT"],
    ["a header without the minute", file.replace(" mm ", " ss "), "not data, but a file whose header lacks mm"],
    ["a header with WSPD twice", file.replace("GST ", "WSPD"), "not data, but a file whose header has WSPD twice"],
    ["wind in knots", file.replace("m/s", "kts"), 'not data, but a file whose WSPD is in "kts" instead of "m/s"'],
    ["rows above a header", `#${rows.join("\n")}\n${file}`, "not data, but a file whose header lacks"],
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

  test("another kind of file of the same station", async () => {
    expect(() => parseSpec("44009", file.replace("APD", "AP"), now)).toThrow("header lacks APD");
    const spec = await fixture("44009.spec");
    expect(() => parse(spec)).toThrow("not data, but a file whose header lacks WSPD");
  });
});

describe("a station's wave summary", () => {
  test("gives height, average period and mean direction at its own times", async () => {
    const { observations, rejectedLines, implausible } = parseSpec("44009", await fixture("44009.spec"), now);
    expect(observations).toMatchObject([
      { observedAt: new Date("2026-05-06T11:40:00Z"), waveHeightM: 1.2, averagePeriodS: 5.3, meanWaveDirDeg: 169 },
      { observedAt: new Date("2026-05-06T10:40:00Z"), waveHeightM: 1.1, averagePeriodS: 5.1, meanWaveDirDeg: null },
      { observedAt: new Date("2026-05-06T09:40:00Z"), waveHeightM: 1.1, averagePeriodS: null, meanWaveDirDeg: 171 },
    ]);
    expect(rejectedLines).toEqual([]);
    expect(implausible).toEqual([]);
  });

  test("tells nothing else", async () => {
    const [first] = parseSpec("44009", await fixture("44009.spec"), now).observations;
    const { stationId, observedAt, waveHeightM, averagePeriodS, meanWaveDirDeg, ...others } = first ?? {};
    expect(Object.keys(others)).toHaveLength(11);
    expect(new Set(Object.values(others))).toEqual(new Set([null]));
  });
});
