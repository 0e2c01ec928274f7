// What makes a report worth a bell.

import { extremityOf, noveltyOf } from "../../mapping.ts";
import type { Report } from "./report.ts";

/** What makes a report worth one of the few bells of a burst, in the light of what its station did before. */
type ReportWorth = {
  of(report: Report): number;
  /** A report has arrived: the next of its station is compared with it. */
  remember(report: Report): void;
  rang(stationId: string): void;
  /** A burst is over in which this station had no bell. */
  wentUnheard(stationId: string): void;
};

/** A station that was not heard for so many bursts goes first. */
const starvingBursts = 3;
const starvingWorth = 1_000;
const inViewWorth = 2;
const chanceWorth = 0.5;
/** Of a station that never reported before. */
const newcomerNovelty = 1;

/** Makes a judge of reports that remembers those of before. @param random 0..1; a little is left to chance */
export function createReportWorth(random: () => number, before: readonly Report[]): ReportWorth {
  const lastReports = new Map(before.map((report) => [report.stationId, report]));
  const burstsUnheard = new Map<string, number>();

  return {
    of(report) {
      const last = lastReports.get(report.stationId);
      const novelty = last ? noveltyOf(report, last) : newcomerNovelty;
      const worth = novelty + extremityOf(report) + chanceWorth * random();
      const starving = (burstsUnheard.get(report.stationId) ?? 0) >= starvingBursts ? starvingWorth : 0;
      return worth * (report.inView ? inViewWorth : 1) + starving;
    },
    remember: (report) => void lastReports.set(report.stationId, report),
    rang: (stationId) => void burstsUnheard.delete(stationId),
    wentUnheard: (stationId) => void burstsUnheard.set(stationId, (burstsUnheard.get(stationId) ?? 0) + 1),
  };
}
