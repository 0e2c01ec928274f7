import { hasDirection } from "../../shared/sea.ts";
import type { SeaState } from "../sound/sea-state.ts";
import { seaFields } from "../sound/sea-state.ts";
import { emptySea, isFresh } from "./conditions.ts";

/** The sea as it was at one moment of the past. */
export type ReplayFrame = SeaState & { atMs: number };

/** One report of the past; its values stand until the station reports them anew. */
export type PastReport = { timestamp: string } & { readonly [field: string]: unknown };

/** Ten minutes: buoys report no oftener, and 144 frames are a day. */
export const frameStepMs = 10 * 60_000;
export const framesPerDay = 144;

/**
 * Adds a report to those of the past, and leaves out what is older than `sinceMs`. To one of the same time it adds what it
 * measured.
 * @param reports oldest first, as what is returned
 */
export function addReport(reports: readonly PastReport[], report: PastReport, sinceMs: number): PastReport[] {
  const others = reports.filter(({ timestamp }) => timestamp !== report.timestamp);
  const measured = Object.fromEntries(Object.entries(report).filter(([, value]) => value !== null));
  const same = reports.find(({ timestamp }) => timestamp === report.timestamp);
  return [...others, { ...same, ...measured, timestamp: report.timestamp }]
    .filter(({ timestamp }) => Date.parse(timestamp) >= sinceMs)
    .sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp));
}

/** Returns whether anything was measured. */
export function isMeasured(frame: ReplayFrame): boolean {
  return seaFields.some((field) => frame[field] !== null);
}

/**
 * Makes one station's past day in frames. A value stands until the next one, for three hours at most. A calm has no direction.
 * @param reports oldest first
 * @param endMs of the last frame
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
