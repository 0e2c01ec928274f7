// The reports of the current burst: those that rang, wait and have no bell.

import type { PlannedBell } from "./burst-plan.ts";
import type { Report } from "./report.ts";
import type { ReportWorth } from "./report-worth.ts";

/**
 * Counts of the current burst: bells rung, bells waiting, and reports without a bell (`leftOut`). `arrived` is their
 * sum.
 */
export type BurstTally = { arrived: number; rung: number; waiting: number; leftOut: number };

/** The reports of the current burst. */
type BurstReports = {
  /** Reports that still wait for their bell. */
  readonly waiting: Report[];
  /** Reports that may ring: those that wait, and those without a bell. */
  readonly candidates: Report[];
  readonly tally: BurstTally;
  /** Time of the last bell that rang, in seconds of the score, also of an earlier burst. */
  readonly lastBellS: number;
  add(reports: readonly Report[]): void;
  /** Sets which of the candidates ring and which do not. */
  plan(plan: { planned: PlannedBell[]; leftOut: Report[] }): void;
  /** Removes and returns the waiting bells before `t`; they count as rung. */
  take(t: number): PlannedBell[];
  /** Counts a bell as rung. */
  rang(bell: PlannedBell): void;
  /** Ends the burst: reports that did not ring count as unheard. */
  close(): void;
  /**
   * Ends the burst and begins the next one with the waiting reports, which may now be chosen before others.
   * @param isFollowing whether the next one's first report arrived alone and has already rung
   */
  next(isFollowing: boolean): void;
};

/** Makes the reports of a burst, without any. @param worth keeps what each station's bells did */
export function createBurstReports(worth: ReportWorth): BurstReports {
  let reports: Report[] = [];
  let planned: PlannedBell[] = [];
  let leftOut: Report[] = [];
  let rung = 0;
  let lastBellS = Number.NEGATIVE_INFINITY;
  const waiting = () => planned.map(({ report }) => report);

  function rang({ report, t }: PlannedBell): void {
    rung++;
    lastBellS = t;
    worth.rang(report.stationId);
  }

  function close(): void {
    for (const { stationId } of [...leftOut, ...waiting()]) worth.wentUnheard(stationId);
    for (const report of reports) worth.remember(report);
    reports = [];
    planned = [];
    leftOut = [];
    rung = 0;
  }

  return {
    get waiting() {
      return waiting();
    },
    get candidates() {
      return [...waiting(), ...leftOut];
    },
    get tally() {
      return {
        arrived: rung + planned.length + leftOut.length,
        rung,
        waiting: planned.length,
        leftOut: leftOut.length,
      };
    },
    get lastBellS() {
      return lastBellS;
    },
    add: (more) => void reports.push(...more),
    plan(plan) {
      ({ planned, leftOut } = plan);
    },
    take(t) {
      const due = planned.filter((bell) => bell.t < t);
      planned = planned.filter((bell) => bell.t >= t);
      for (const bell of due) rang(bell);
      return due;
    },
    rang,
    close,
    next(isFollowing) {
      const kept = waiting();
      const rungBefore = isFollowing ? rung : 0;
      close();
      reports = [...kept];
      leftOut = kept;
      rung = rungBefore;
    },
  };
}
