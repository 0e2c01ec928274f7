// Frames of a replayed day.

import { hasDirection } from "../../shared/sea.ts";
import { emptySea, isFresh } from "./conditions.ts";
import type { SeaState } from "./sea-state.ts";
import { seaFields } from "./sea-state.ts";

/** The sea state at one moment of the past. */
export type ReplayFrame = SeaState & { atMs: number };

/** One past report; each value holds until the station's next one. */
export type PastReport = { timestamp: string } & { readonly [field: string]: unknown };

/** Time between frames: 144 frames make a day, and buoys report at most every ten minutes. */
export const frameStepMs = 10 * 60_000;
/** Number of frames in a day. */
export const framesPerDay = 144;

/**
 * Adds a report, and drops reports older than `sinceMs`. Merges values into a report of the same time.
 * @param reports oldest first, as in the result
 */
export function addReport(reports: readonly PastReport[], report: PastReport, sinceMs: number): PastReport[] {
  const others = reports.filter(({ timestamp }) => timestamp !== report.timestamp);
  const measured = Object.fromEntries(Object.entries(report).filter(([, value]) => value !== null));
  const same = reports.find(({ timestamp }) => timestamp === report.timestamp);
  return [...others, { ...same, ...measured, timestamp: report.timestamp }]
    .filter(({ timestamp }) => Date.parse(timestamp) >= sinceMs)
    .sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp));
}

/** Returns whether a frame has any value. */
export function isMeasured(frame: ReplayFrame): boolean {
  return seaFields.some((field) => frame[field] !== null);
}

/**
 * Builds the frames of one station's past day. A value holds until the next one, for three hours at most. A calm has no
 * direction.
 * @param reports oldest first
 * @param endMs time of the last frame
 */
export function framesOfStation(reports: readonly PastReport[], endMs: number): ReplayFrame[] {
  const known = new Map<string, { value: number; atMs: number }>();
  let next = 0;
  return Array.from({ length: framesPerDay }, (_, index) => {
    const atMs = endMs - (framesPerDay - 1 - index) * frameStepMs;
    for (let report = reports[next]; report && Date.parse(report.timestamp) <= atMs; report = reports[++next]) {
      for (const field of seaFields) {
        const value = report[field];
        if (typeof value === "number") known.set(field, { value, atMs: Date.parse(report.timestamp) });
      }
    }
    const frame: ReplayFrame = { ...emptySea(), atMs };
    for (const field of seaFields) {
      const measured = known.get(field);
      if (!measured || !isFresh(measured, atMs)) continue;
      if (field === "windDirDeg" && !hasDirection(measured, known.get("windSpeedMps"))) continue;
      frame[field] = measured.value;
    }
    return frame;
  });
}
