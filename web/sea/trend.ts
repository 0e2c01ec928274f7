// Trends of values over three hours.

import { isFresh } from "./conditions.ts";
import type { PastReport } from "./replay-frames.ts";
import type { SeaField } from "./sea-state.ts";

type Trend = "rising" | "falling" | "steady";

/** Min change in {@link trendSpanMs} for a trend: the smallest that people notice. */
const noticeable: Partial<Record<SeaField, number>> = {
  waveHeightM: 0.3,
  dominantPeriodS: 2,
  windSpeedMps: 2,
  gustMps: 2,
  waterTempC: 0.3,
  // WMO pressure tendency covers three hours; less than 1 hPa is the atmospheric tide.
  pressureHpa: 1,
};

const trendSpanMs = 3 * 60 * 60_000;
/** Within less than an hour a gust is no trend. */
const shortestTrendMs = 60 * 60_000;

/**
 * Returns a field's trend over its last three hours; `null` if unknown: less than an hour of values, or no recent one.
 * @param history oldest first
 */
export function trendOf(field: SeaField, history: readonly PastReport[], nowMs: number): Trend | null {
  const threshold = noticeable[field];
  const values = history.flatMap((report) => {
    const value = report[field];
    return typeof value === "number" ? [{ value, atMs: Date.parse(report.timestamp) }] : [];
  });
  const last = values.at(-1);
  if (threshold === undefined || !last || !isFresh(last, nowMs)) return null;
  const first = values.find(({ atMs }) => last.atMs - atMs <= trendSpanMs);
  if (!first || last.atMs - first.atMs < shortestTrendMs) return null;
  // Round, because 2.3 − 2 is slightly less than 0.3 in floating point.
  const change = Number((last.value - first.value).toFixed(2));
  return Math.abs(change) < threshold ? "steady" : change > 0 ? "rising" : "falling";
}

/** `↑`, `↓` or `→`. */
export const trendArrow: Record<Trend, string> = { rising: "↑", falling: "↓", steady: "→" };
