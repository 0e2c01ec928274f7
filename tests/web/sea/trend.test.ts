// Trends of values.

import { describe, expect, test } from "bun:test";
import type { PastReport } from "../../../web/sea/replay-frames.ts";
import type { SeaField } from "../../../web/sea/sea-state.ts";
import { trendOf } from "../../../web/sea/trend.ts";

/** Makes one report an hour, oldest first. */
function hourly(field: string, values: readonly (number | null)[]) {
  return values.map((value, hour) => ({ timestamp: new Date(hour * 3_600_000).toISOString(), [field]: value }));
}

/** Returns the trend at the time of the last report. */
function trendNow(field: SeaField, history: readonly PastReport[]) {
  return trendOf(field, history, Date.parse(history.at(-1)?.timestamp ?? ""));
}

describe("A trend", () => {
  test.each([
    ["rising", [1010, 1011, 1012]],
    ["falling", [1012, 1011, 1010]],
    ["steady", [1010, 1010.4, 1010.2]],
    ["steady", [1010, 1015, 1010.9]],
  ] as const)("is %s over %p", (trend, values) => {
    expect(trendNow("pressureHpa", hourly("pressureHpa", values))).toBe(trend);
  });

  test.each([1, 2, 4.1, 8])("of waves that grew by 0.3 m is rising, even from %d m", (height) => {
    const grown = Number((height + 0.3).toFixed(1));
    expect(trendNow("waveHeightM", hourly("waveHeightM", [height, grown]))).toBe("rising");
    expect(trendNow("waveHeightM", hourly("waveHeightM", [grown, height]))).toBe("falling");
  });

  test("counts only the last three hours", () => {
    expect(trendNow("pressureHpa", hourly("pressureHpa", [990, 1010, 1010, 1010, 1010]))).toBe("steady");
    expect(trendNow("pressureHpa", hourly("pressureHpa", [990, 1010, 1010, 1010]))).toBe("rising");
  });

  test("bridges reports without the value", () => {
    expect(trendNow("pressureHpa", hourly("pressureHpa", [null, 1010, null, 1012, null]))).toBe("rising");
  });

  test("is unknown with one value, with none, or with too long a gap before the last", () => {
    expect(trendNow("pressureHpa", hourly("pressureHpa", [1010]))).toBeNull();
    expect(trendNow("pressureHpa", [])).toBeNull();
    expect(trendNow("pressureHpa", hourly("pressureHpa", [990, null, null, null, 1010]))).toBeNull();
  });

  test("is unknown for a value at least three hours old", () => {
    const history = hourly("pressureHpa", [1010, 1012]);
    const lastMs = 3_600_000;
    expect(trendOf("pressureHpa", history, lastMs + 3 * 3_600_000 - 1)).toBe("rising");
    expect(trendOf("pressureHpa", history, lastMs + 3 * 3_600_000)).toBeNull();
  });

  test("is unknown within less than an hour, where a gust would be one", () => {
    const minutes = (values: readonly number[], apart: number) =>
      values.map((windSpeedMps, index) => ({
        timestamp: new Date(index * apart * 60_000).toISOString(),
        windSpeedMps,
      }));
    expect(trendNow("windSpeedMps", minutes([4, 6, 8, 10, 12, 14], 10))).toBeNull();
    expect(trendNow("windSpeedMps", minutes([4, 6, 8, 10, 12, 14, 16], 10))).toBe("rising");
  });

  test("is unknown for a direction, which has no up and down", () => {
    expect(trendNow("windDirDeg", hourly("windDirDeg", [10, 200]))).toBeNull();
  });
});
