// The past of the network in steps: medians over its stations.

import { setImmediate } from "node:timers/promises";
import { type MedianMeasurement, medianMeasurements } from "../../../shared/measurements.ts";
import { hasDirection, meanDirection, median } from "../../../shared/sea.ts";

/** What one station measured, by rising time. */
export type Series = {
  stationId: string;
  /** Milliseconds of the Unix epoch. */
  timesMs: number[];
} & Record<MedianMeasurement, (number | null)[]>;

/** A past in equal steps: the first ends one step after `since`, and `count` of them follow on each other. */
export type Steps = { since: Date; minutes: number; count: number };

/** The sea over many stations at one time; a field is `null` where nobody had measured it. */
export type Medians = { at: Date; stations: number } & Record<MedianMeasurement, number | null>;

/** How long a value stands, in minutes: nearly every station reports once an hour. */
export const standsMinutes = 60;

const minuteMs = 60_000;
/** Between so many steps others get their turn: a stream is not to wait for this. */
const stepsPerTurn = 8;

/** When a step ends; the first is 1. */
export function endOfStep({ since, minutes }: Steps, step: number): Date {
  return new Date(since.getTime() + step * minutes * minuteMs);
}

/**
 * The median over stations of what each measured last in the hour before the end of each step. Each station counts once
 * however often it reports, and steps do not jump with who reports when. The wind's direction is that of the sum of the
 * stations' unit vectors, without those where it is calm. All values are rounded to two decimals, which is finer than any sensor measures.
 * @param series what was measured in the steps and the hour before them
 */
export async function computeMedians(series: Series[], steps: Steps): Promise<Medians[]> {
  const followed = series.map(follow);
  const medians: Medians[] = [];
  for (let step = 1; step <= steps.count; step++) {
    const at = endOfStep(steps, step);
    const values = mapFields<number[]>(() => []);
    let stations = 0;
    for (const measuredUntil of followed) if (measuredUntil(at.getTime(), values)) stations++;
    medians.push({ at, stations, ...mapFields((name) => middleOf(name, values[name])) });
    if (step % stepsPerTurn === 0) await setImmediate();
  }
  return medians;
}

/** Walks along a station's series. @returns adds what stands at a time, later at each call, and tells whether anything does */
function follow(series: Series): (atMs: number, values: Record<MedianMeasurement, number[]>) => boolean {
  let next = 0;
  const last = mapFields(() => ({ value: 0, atMs: Number.NEGATIVE_INFINITY }));
  return (atMs, values) => {
    for (let timeMs = series.timesMs[next]; timeMs !== undefined && timeMs <= atMs; timeMs = series.timesMs[++next]) {
      for (const name of medianMeasurements) {
        const value = series[name][next] ?? null;
        if (value !== null) last[name] = { value, atMs: timeMs };
      }
    }
    let stands = false;
    for (const name of medianMeasurements) {
      if (last[name].atMs <= atMs - standsMinutes * minuteMs) continue;
      stands = true;
      if (name === "windDirDeg" && !hasDirection(last.windDirDeg, last.windSpeedMps)) continue;
      values[name].push(last[name].value);
    }
    return stands;
  };
}

function middleOf(name: MedianMeasurement, values: number[]): number | null {
  const middle = name === "windDirDeg" ? meanDirection(values) : median(values);
  return middle === null ? null : Math.round(middle * 100) / 100;
}

function mapFields<T>(of: (name: MedianMeasurement) => T): Record<MedianMeasurement, T> {
  return Object.fromEntries(medianMeasurements.map((name) => [name, of(name)])) as Record<MedianMeasurement, T>;
}
