// Computes `/v1/medians`: medians over all stations, in time steps.

import { setImmediate } from "node:timers/promises";
import { type MedianMeasurement, medianMeasurements } from "../../../../shared/measurements.ts";
import { recordOf } from "../../../../shared/record-of.ts";
import { hasDirection, meanDirection, median } from "../../../../shared/sea.ts";

/** Measurements of one station, sorted by time. */
export type Series = {
  stationId: string;
  /** Times in Unix ms. */
  timesMs: number[];
} & Record<MedianMeasurement, (number | null)[]>;

/** Equal time steps: `count` steps of `minutes` each, the first of which starts at `since`. */
export type Steps = { since: Date; minutes: number; count: number };

/** Medians over many stations at one time; a field is `null` if no station measured it. */
export type Medians = { at: Date; stations: number } & Record<MedianMeasurement, number | null>;

/** How long a value counts, in minutes: nearly every station reports once an hour. */
export const valueMinutes = 60;

const minuteMs = 60_000;
/** Yield to the event loop after this many steps, so that streams do not wait. */
const stepsPerTurn = 8;

/** Returns the end of a step; the first step is 1. */
export function endOfStep({ since, minutes }: Steps, step: number): Date {
  return new Date(since.getTime() + step * minutes * minuteMs);
}

/**
 * Computes, for each step, the median over stations of each station's last value in the hour before its end. Each
 * station counts once, however often it reports, so steps do not jump with report times. The wind direction is the
 * direction of the sum of unit vectors, without calms. Values are rounded to two decimals, finer than any sensor.
 * @param series measurements within the steps and the hour before
 */
export async function computeMedians(series: Series[], steps: Steps): Promise<Medians[]> {
  const followed = series.map(follow);
  const medians: Medians[] = [];
  for (let step = 1; step <= steps.count; step++) {
    const at = endOfStep(steps, step);
    const values = recordOf(medianMeasurements, (): number[] => []);
    let stations = 0;
    for (const measuredUntil of followed) if (measuredUntil(at.getTime(), values)) stations++;
    medians.push({ at, stations, ...recordOf(medianMeasurements, (name) => middleOf(name, values[name])) });
    if (step % stepsPerTurn === 0) await setImmediate();
  }
  return medians;
}

/**
 * Walks along a station's series. @returns a function that adds the values valid at a time to `values`, and returns
 * whether there are any; times must rise
 */
function follow(series: Series): (atMs: number, values: Record<MedianMeasurement, number[]>) => boolean {
  let next = 0;
  const last = recordOf(medianMeasurements, () => ({ value: 0, atMs: Number.NEGATIVE_INFINITY }));
  return (atMs, values) => {
    for (let timeMs = series.timesMs[next]; timeMs !== undefined && timeMs <= atMs; timeMs = series.timesMs[++next]) {
      for (const name of medianMeasurements) {
        const value = series[name][next] ?? null;
        if (value !== null) last[name] = { value, atMs: timeMs };
      }
    }
    let hasValue = false;
    for (const name of medianMeasurements) {
      if (last[name].atMs <= atMs - valueMinutes * minuteMs) continue;
      hasValue = true;
      if (name === "windDirDeg" && !hasDirection(last.windDirDeg, last.windSpeedMps)) continue;
      values[name].push(last[name].value);
    }
    return hasValue;
  };
}

function middleOf(name: MedianMeasurement, values: number[]): number | null {
  const middle = name === "windDirDeg" ? meanDirection(values) : median(values);
  return middle === null ? null : Math.round(middle * 100) / 100;
}
