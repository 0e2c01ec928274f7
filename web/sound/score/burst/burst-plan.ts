// The choice of the reports in a burst that ring, and their times.

import { compassDegrees, longitudeDegrees } from "../../../../shared/numbers.ts";
import { median } from "../../../../shared/sea.ts";
import type { Way } from "../../sound-event.ts";
import { phraseShare, rhythmOf } from "./phrases.ts";
import type { Report } from "./report.ts";
import { inOrderOf } from "./ways.ts";

/** A report and the time of its bell, in seconds of the score. */
export type PlannedBell = { report: Report; t: number };

type BurstPlanOptions = {
  /** Earliest time for a bell. */
  t: number;
  /** Remaining time of the burst from `t`, in seconds. */
  leftS: number;
  /** Bells per second within a phrase. */
  bellsPerS: number;
  way: Way;
  worthOf(report: Report): number;
  random: () => number;
};

/** From this number of reports with waves or water on, the others are a rare accent. */
const enoughRich = 10;
/** Max share of knocks, the strokes of reports without a water temperature. */
const knockShare = 0.2;
/** A burst's first bell rings within this time. */
const atOnceS = 0.3;

/** Chooses the reports that ring and their times, in the order of a way. The others are returned in `leftOut`. */
export function planBells(
  candidates: readonly Report[],
  { t, leftS, bellsPerS, way, worthOf, random }: BurstPlanOptions,
): { planned: PlannedBell[]; leftOut: Report[] } {
  const maxBells = Math.max(1, Math.floor(leftS * bellsPerS * phraseShare));
  const { chosen, leftOut } = choose(candidates, maxBells, worthOf);
  const firstS = t + Math.min(atOnceS * (0.5 + 0.5 * random()), leftS);
  const times = rhythmOf({ count: chosen.length, leftS: Math.max(0, t + leftS - firstS), random });
  const planned = inOrderOf(way, chosen, random).map((report, index) => ({
    report,
    t: firstS + (times[index] ?? leftS),
  }));
  return { planned, leftOut };
}

/** Chooses the reports of the highest worth, with a limit on knocks. */
function choose(candidates: readonly Report[], maxBells: number, worthOf: (report: Report) => number) {
  const pitched = candidates.filter(({ waterTempC }) => waterTempC !== null).length;
  const rich = candidates.filter(({ waterTempC, waveHeightM }) => waterTempC !== null || waveHeightM !== null).length;
  const limit = Math.floor(Math.min(maxBells * knockShare, (pitched * knockShare) / (1 - knockShare)));
  let knocksLeft = rich >= enoughRich && pitched > 0 ? limit : maxBells;
  const chosen: Report[] = [];
  const leftOut: Report[] = [];
  const byWorth = candidates.map((report) => ({ report, worth: worthOf(report) })).sort((a, b) => b.worth - a.worth);
  for (const { report } of byWorth) {
    const isKnock = report.waterTempC === null;
    const isChosen = chosen.length < maxBells && (!isKnock || knocksLeft > 0);
    (isChosen ? chosen : leftOut).push(report);
    if (isChosen && isKnock) knocksLeft--;
  }
  return { chosen, leftOut };
}

/**
 * Returns the median longitude of reports; `null` if none has one. Most stations are between Guam and the Azores, so
 * the median is computed eastward from the date line.
 */
export function medianLongitude(reports: readonly Report[]): number | null {
  const middle = median(reports.flatMap(({ longitude }) => (longitude === null ? [] : [compassDegrees(longitude)])));
  return middle === null ? null : longitudeDegrees(middle);
}
