// The choice of the reports in a burst that ring, and their times.

import { bellGap, degreesEast } from "../../mapping.ts";
import type { Report } from "./report.ts";

/** A report and the time of its bell, in seconds of the score. */
export type PlannedBell = { report: Report; t: number };

type BurstPlanOptions = {
  t: number;
  /** Remaining time of the burst, in seconds. */
  leftS: number;
  bellsPerS: number;
  /** Earliest time for a bell. */
  earliestS: number;
  /** Longitude in the middle of the stereo image. */
  middle: number;
  worthOf(report: Report): number;
  random: () => number;
};

/**
 * Chooses the reports that ring and their times, from west to east: a burst crosses the stereo image like a front.
 * Reports beyond the max rate are returned in `leftOut`.
 */
export function planBells(
  candidates: readonly Report[],
  options: BurstPlanOptions,
): { planned: PlannedBell[]; leftOut: Report[] } {
  const { t, leftS, bellsPerS, middle, worthOf, random } = options;
  const maxBells = Math.max(1, Math.floor(leftS * bellsPerS));
  const byWorth = candidates
    .map((report) => ({ report, worth: worthOf(report) }))
    .sort((a, b) => b.worth - a.worth)
    .map(({ report }) => report);
  const eastward = ({ longitude }: Report) => (longitude === null ? 0 : degreesEast(longitude, middle));
  const chosen = byWorth.slice(0, maxBells).sort((a, b) => eastward(a) - eastward(b));
  const gapS = Math.min(bellGap.maxS, leftS / chosen.length);
  let earliestS = options.earliestS;
  const planned = chosen.map((report, index) => {
    // A random time in the middle of the bell's slot: neither a regular grid nor a cluster.
    const bellS = Math.max(earliestS, t + (index + 0.2 + 0.6 * random()) * gapS);
    earliestS = bellS + bellGap.minS;
    return { report, t: bellS };
  });
  return { planned, leftOut: byWorth.slice(maxBells) };
}

/**
 * Returns the median longitude of reports; `null` if none has one. Most stations are between Guam and the Azores, so
 * the median is computed eastward from the date line.
 */
export function medianLongitude(reports: readonly Report[]): number | null {
  const fromDateLine = reports.flatMap(({ longitude }) => (longitude === null ? [] : [(longitude + 360) % 360]));
  const middle = fromDateLine.sort((a, b) => a - b)[fromDateLine.length >> 1];
  return middle === undefined ? null : degreesEast(middle, 0);
}
