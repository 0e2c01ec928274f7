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
const valueMinutes = 60;

const minuteMs = 60_000;
/** Max time span of measurements that are read at once, unless a step is longer: about 30,000 rows of the network. */
const partMinutes = 6 * 60;
/** Yield to the event loop after this many steps, so that streams do not wait. */
const stepsPerTurn = 8;

/** Returns the end of a step; the first step is 1. */
function endOfStep({ since, minutes }: Steps, step: number): Date {
  return new Date(since.getTime() + step * minutes * minuteMs);
}

/**
 * Computes, for each step, the median over stations of each station's last value in the hour before its end. Each
 * station counts once, however often it reports, so steps do not jump with report times. The wind direction is the
 * direction of the sum of unit vectors, without calms. Values are rounded to two decimals, finer than any sensor.
 * @param read reads measurements after one time and up to another, part after part, so that only
 * one part is in memory
 */
export async function computeMedians(
  read: (after: Date, upTo: Date) => Promise<Series[]>,
  steps: Steps,
): Promise<Medians[]> {
  const stepsPerPart = Math.max(1, Math.floor(partMinutes / steps.minutes));
  const stations = new Map<string, Station>();
  const medians: Medians[] = [];
  let after = new Date(endOfStep(steps, 1).getTime() - valueMinutes * minuteMs);
  while (medians.length < steps.count) {
    const lastStep = Math.min(medians.length + stepsPerPart, steps.count);
    const upTo = endOfStep(steps, lastStep);
    for (const series of await read(after, upTo)) stations.set(series.stationId, follow(series, stations));
    while (medians.length < lastStep) {
      medians.push(middleAt(endOfStep(steps, medians.length + 1), stations));
      if (medians.length % stepsPerTurn === 0) await setImmediate();
    }
    after = upTo;
  }
  return medians;
}

/** The last value of each field of a station, and the rest of its series. */
type Station = { series: Series; next: number; last: Record<MedianMeasurement, { value: number; atMs: number }> };

/** Returns a station at the start of a series that continues its last one. */
function follow(series: Series, stations: ReadonlyMap<string, Station>): Station {
  const last =
    stations.get(series.stationId)?.last ??
    recordOf(medianMeasurements, () => ({ value: 0, atMs: Number.NEGATIVE_INFINITY }));
  return { series, next: 0, last };
}

function middleAt(at: Date, stations: ReadonlyMap<string, Station>): Medians {
  const values = recordOf(medianMeasurements, (): number[] => []);
  let withValues = 0;
  for (const station of stations.values()) {
    walk(station, at.getTime());
    if (addValues(station, at.getTime(), values)) withValues++;
  }
  return { at, stations: withValues, ...recordOf(medianMeasurements, (name) => middleOf(name, values[name])) };
}

/** Walks along a station's series up to a time. Times must rise. */
function walk(station: Station, atMs: number): void {
  const { series, last } = station;
  for (; station.next < series.timesMs.length; station.next++) {
    const timeMs = series.timesMs[station.next] ?? Number.POSITIVE_INFINITY;
    if (timeMs > atMs) return;
    for (const name of medianMeasurements) {
      const value = series[name][station.next] ?? null;
      if (value !== null) last[name] = { value, atMs: timeMs };
    }
  }
}

/** Adds the values of a station that are valid at a time to `values`. @returns whether there are any */
function addValues({ last }: Station, atMs: number, values: Record<MedianMeasurement, number[]>): boolean {
  let hasValue = false;
  for (const name of medianMeasurements) {
    if (last[name].atMs <= atMs - valueMinutes * minuteMs) continue;
    hasValue = true;
    if (name === "windDirDeg" && !hasDirection(last.windDirDeg, last.windSpeedMps)) continue;
    values[name].push(last[name].value);
  }
  return hasValue;
}

function middleOf(name: MedianMeasurement, values: number[]): number | null {
  const middle = name === "windDirDeg" ? meanDirection(values) : median(values);
  return middle === null ? null : Math.round(middle * 100) / 100;
}
