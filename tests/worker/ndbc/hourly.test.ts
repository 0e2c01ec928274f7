// Parsing of NDBC's hourly files.

import { describe, expect, test } from "bun:test";
import { parseHourly } from "../../../services/worker/ndbc/hourly.ts";
import { fixture } from "./fixture.ts";

const now = new Date("2026-05-06T12:20:00Z");
const file = await fixture("hour_11.txt");

describe("an hourly file", () => {
  test("returns every row of every station", () => {
    const { observations, rejectedLines } = parseHourly(file, now);
    expect(rejectedLines).toEqual([]);
    expect(observations).toMatchObject([
      { stationId: "44009", observedAt: new Date("2026-05-06T11:30:00Z"), waveHeightM: null, windSpeedMps: 5 },
      { stationId: "44009", observedAt: new Date("2026-05-06T11:40:00Z"), waveHeightM: 1.2, dominantPeriodS: null },
      { stationId: "44009", observedAt: new Date("2026-05-06T11:50:00Z"), waveHeightM: 1.2, dominantPeriodS: 8 },
      { stationId: "KGUL", observedAt: new Date("2026-05-06T11:35:00Z"), pressureHpa: 1015.6, visibilityNmi: 8.7 },
    ]);
  });

  test("skips only a row with an invalid station id", () => {
    const { observations, rejectedLines } = parseHourly(file.replace("KGUL ", "K-GUL"), now);
    expect(observations).toHaveLength(3);
    expect(rejectedLines).toEqual([{ line: 6, code: "station", reason: '"K-GUL" is no station id' }]);
  });

  test("is rejected without a row", () => {
    const head = file.split("\n").slice(0, 2).join("\n");
    expect(() => parseHourly(`${head}\n`, now)).toThrow("not data, but a file without a row");
  });
});
