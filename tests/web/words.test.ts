import { describe, expect, test } from "bun:test";
import { emptySea } from "../../web/network.ts";
import { trendOf } from "../../web/trend.ts";
import { preferredUnits } from "../../web/units.ts";
import { describeSea, describeSound, describeStation } from "../../web/words.ts";

const units = preferredUnits("de-DE");
const plain = (text: string | null) => text?.replaceAll("\u00a0", " ");

describe("What is heard, in words", () => {
  test("names each layer with what it stands for", () => {
    const sea = {
      ...emptySea(),
      waveHeightM: 2.1,
      dominantPeriodS: 9,
      windSpeedMps: 8,
      windDirDeg: 290,
      waterTempC: 13,
      pressureHpa: 1016,
    };
    expect(plain(describeSea(sea, units, { water: true }))).toBe(
      "A slow throb, a full swell every 9 s: 2.1 m, a steady wind from the west, on the left: 8.0 m/s, a middling glass: 13.0 °C.",
    );
  });

  test("says what was not measured, instead of calling it calm", () => {
    const said = describeSea(emptySea(), units, { water: true });
    for (const missing of ["pressure is not measured", "waves are not measured", "water temperature is not measured"]) {
      expect(said).toContain(missing);
    }
    expect(describeStation(undefined, units, Date.now())).toBe(said);
  });

  test("of a bell is its station with waves and water; a knock says what it lacks", () => {
    const conditions = { stationId: "46026", fields: { waveHeightM: { value: 2, atMs: 0 } } };
    const knock = { t: 0, type: "knock", gainDb: -20, pan: 0, stationId: "46026" } as const;
    expect(plain(describeSound(knock, undefined, conditions, units))).toBe(
      "46026, 2.0 m (a knock: no water temperature)",
    );
  });
});

describe("A trend", () => {
  const reports = (...values: number[]) =>
    values.map((pressureHpa, hour) => ({ timestamp: new Date(hour * 3_600_000).toISOString(), pressureHpa }));

  test.each([
    ["rising", [1010, 1011, 1012]],
    ["falling", [1012, 1011, 1010]],
    ["steady", [1010, 1010.4, 1010.2]],
  ] as const)("is %s over %p", (trend, values) => {
    expect(trendOf("pressureHpa", reports(...values))).toBe(trend);
  });

  test("is not told of one value, nor of none", () => {
    expect(trendOf("pressureHpa", reports(1010))).toBeNull();
    expect(trendOf("pressureHpa", [])).toBeNull();
  });
});
