// Which reports of a burst ring, and when.

import { bellGap, degreesEast } from "../../mapping.ts";
import type { Report } from "./report.ts";

/** A report's bell, and when it is to ring, in seconds of the score. */
export type PlannedBell = { report: Report; t: number };

type BurstPlanOptions = {
  t: number;
  /** How long the burst still lasts. */
  leftS: number;
  bellsPerS: number;
  /** Before that no bell may ring. */
  earliestS: number;
  /** Longitude of the middle of the network. */
  middle: number;
  worthOf(report: Report): number;
  random: () => number;
};

/** Chooses which reports ring and when: from west to east, so that a burst crosses the head like a front. */
export function planBells(
  candidates: readonly Report[],
  options: BurstPlanOptions,
): { planned: PlannedBell[]; leftOut: Report[] } {
  const { t, leftS, bellsPerS, middle, worthOf, random } = options;
  const most = Math.max(1, Math.floor(leftS * bellsPerS));
  const byWorth = candidates
    .map((report) => ({ report, worth: worthOf(report) }))
    .sort((a, b) => b.worth - a.worth)
    .map(({ report }) => report);
  const eastward = ({ longitude }: Report) => (longitude === null ? 0 : degreesEast(longitude, middle));
  const chosen = byWorth.slice(0, most).sort((a, b) => eastward(a) - eastward(b));
  const gapS = Math.min(bellGap.mostS, leftS / chosen.length);
  let earliestS = options.earliestS;
  const planned = chosen.map((report, index) => {
    // Somewhere in the middle of its own share of the time: neither a grid nor a clump.
    const bellS = Math.max(earliestS, t + (index + 0.2 + 0.6 * random()) * gapS);
    earliestS = bellS + bellGap.leastS;
    return { report, t: bellS };
  });
  return { planned, leftOut: byWorth.slice(most) };
}

/**
 * Returns the median longitude of reports; `null` if none has one. Most stations lie between Guam and the Azores, so it is
 * sought from the date line on.
 */
export function medianLongitude(reports: readonly Report[]): number | null {
  const fromDateLine = reports.flatMap(({ longitude }) => (longitude === null ? [] : [(longitude + 360) % 360]));
  const middle = fromDateLine.sort((a, b) => a - b)[fromDateLine.length >> 1];
  return middle === undefined ? null : degreesEast(middle, 0);
}
