import type { SeaField } from "../sound/sea-state.ts";
import { isFresh } from "./conditions.ts";
import type { PastReport } from "./replay-frames.ts";

type Trend = "rising" | "falling" | "steady";

/** By how much a value must have changed in {@link trendSpanMs} to be called more than steady: what one would notice. */
const noticeable: Partial<Record<SeaField, number>> = {
  waveHeightM: 0.3,
  dominantPeriodS: 2,
  windSpeedMps: 2,
  gustMps: 2,
  waterTempC: 0.3,
  // The WMO's tendency counts three hours; less than a hectopascal is the tide of the air.
  pressureHpa: 1,
};

const trendSpanMs = 3 * 60 * 60_000;
/** Within less than an hour a gust is no trend. */
const shortestTrendMs = 60 * 60_000;

/**
 * Returns where a field has gone in its last three hours; `null` where it cannot be told, as with less than an hour of values, or
 * with none that still counts.
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
  // Rounded, since 2.3 − 2 is a little less than 0.3 to a computer.
  const change = Number((last.value - first.value).toFixed(2));
  return Math.abs(change) < threshold ? "steady" : change > 0 ? "rising" : "falling";
}

/** `↑`, `↓` or `→`. */
export const trendArrow: Record<Trend, string> = { rising: "↑", falling: "↓", steady: "→" };
