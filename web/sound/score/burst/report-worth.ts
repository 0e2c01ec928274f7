// The worth of a report, which decides whether it rings in a burst.

import { extremityOf, noveltyOf } from "../../mapping.ts";
import type { Report } from "./report.ts";

/** Computes the worth of reports for the few bells of a burst, with the history of their stations. */
export type ReportWorth = {
  /** Returns the worth of a report; higher is better. */
  of(report: Report): number;
  /** Stores a report for comparison with the next one of its station. */
  remember(report: Report): void;
  /** Records that a station had a bell. */
  rang(stationId: string): void;
  /** Records that a station had no bell in a whole burst. */
  wentUnheard(stationId: string): void;
};

/** A station without a bell in this many bursts goes first. */
const starvingBursts = 3;
const starvingWorth = 1_000;
const inViewWorth = 2;
const chanceWorth = 0.5;
/** Worth of each measured value: more than any novelty. */
const measuredWorth = 50;
/** Worth of each burst without a bell: a station with one value, not heard, goes before one with two that was. */
const unheardWorth = 60;
/** Novelty of a station's first report. */
const newcomerNovelty = 1;

/**
 * Makes a rating of reports that keeps the history of their stations.
 * @param random 0..1, adds a little randomness
 * @param before the previous reports of the stations
 */
export function createReportWorth(random: () => number, before: readonly Report[]): ReportWorth {
  const lastReports = new Map(before.map((report) => [report.stationId, report]));
  const burstsUnheard = new Map<string, number>();

  return {
    of(report) {
      const last = lastReports.get(report.stationId);
      const novelty = last ? noveltyOf(report, last) : newcomerNovelty;
      const worth = novelty + extremityOf(report) + chanceWorth * random();
      const measured = [report.waveHeightM, report.waterTempC].filter((value) => value !== null).length;
      const unheard = burstsUnheard.get(report.stationId) ?? 0;
      const starving = unheard * unheardWorth + (unheard >= starvingBursts ? starvingWorth : 0);
      return worth * (report.inView ? inViewWorth : 1) + measured * measuredWorth + starving;
    },
    remember: (report) => void lastReports.set(report.stationId, report),
    rang: (stationId) => void burstsUnheard.delete(stationId),
    wentUnheard: (stationId) => void burstsUnheard.set(stationId, (burstsUnheard.get(stationId) ?? 0) + 1),
  };
}
