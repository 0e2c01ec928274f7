// The worth of a report, which decides whether it rings in a burst.

import { worthOf } from "../../mapping.ts";
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

/**
 * Makes a rating of reports that keeps the history of their stations.
 * @param random 0..1, adds a little randomness
 * @param before the previous reports of the stations
 */
export function createReportWorth(random: () => number, before: readonly Report[]): ReportWorth {
  const lastReports = new Map(before.map((report) => [report.stationId, report]));
  const burstsUnheard = new Map<string, number>();

  return {
    of: (report) =>
      worthOf(report, lastReports.get(report.stationId), burstsUnheard.get(report.stationId) ?? 0, random()),
    remember: (report) => void lastReports.set(report.stationId, report),
    rang: (stationId) => void burstsUnheard.delete(stationId),
    wentUnheard: (stationId) => void burstsUnheard.set(stationId, (burstsUnheard.get(stationId) ?? 0) + 1),
  };
}
