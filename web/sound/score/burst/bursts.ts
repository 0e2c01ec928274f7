// Scheduling of reports: a single one rings at once, a burst is spread over time.

import { usualMiddleLongitude } from "../../mapping.ts";
import { medianLongitude, type PlannedBell, planBells } from "./burst-plan.ts";
import { type BurstTally, createBurstReports } from "./burst-reports.ts";
import { createBurstTime } from "./burst-time.ts";
import { createLead, type Lead } from "./lead.ts";
import { minGapS } from "./phrases.ts";
import type { Report } from "./report.ts";
import { createReportWorth } from "./report-worth.ts";
import { wayOf } from "./ways.ts";

type BurstsOptions = {
  random: () => number;
  bellsPerS: number;
  /** Duration of the first burst, in seconds, before an interval between two bursts is known. */
  firstSpreadS?: number | undefined;
  /** Running number of the first burst; it sets the way of the bells. Default: 0. */
  batch?: number | undefined;
  /** The previous reports of the stations. */
  before: readonly Report[];
};

/** Spreads the bells of reports that arrive together. */
type Bursts = {
  /**
   * Adds reports that arrive at `t`. Returns the bell of a single report, which rings at once; {@link Bursts.until}
   * returns those of a burst.
   */
  arrive(reports: readonly Report[], t: number): PlannedBell[];
  /**
   * Continues a burst that arrived before `t`. Its bells ring from `t` until the next burst is due, the first one at once.
   * @param timing seconds since the burst arrived, and seconds between two bursts
   */
  join(reports: readonly Report[], t: number, timing: { ageS: number; intervalS: number }): void;
  /** Returns the next bells before `t`, each once. */
  until(t: number): PlannedBell[];
  /** Returns what leads the current burst, once, when its first bell is before `t`; `null` for a few bells. */
  leadUntil(t: number): Lead | null;
  /** Median longitude of the network, in the middle of the stereo image. */
  readonly middle: number;
  /** Counts of the current burst. */
  readonly tally: BurstTally;
};

/** A burst may arrive in parts; reports within this time belong to it. */
const sameBurstS = 2;

/** Makes a scheduler that spreads each burst over the time until the next one. */
export function createBursts({ random, bellsPerS, firstSpreadS, batch = 0, before }: BurstsOptions): Bursts {
  const worth = createReportWorth(random, before);
  const time = createBurstTime(firstSpreadS);
  const current = createBurstReports(worth);
  const lead = createLead();
  let lastArrivalS = Number.NEGATIVE_INFINITY;
  let middle: number = usualMiddleLongitude;
  let nextBatch = batch;
  let way = wayOf(batch);

  return {
    arrive(reports, t) {
      const [single] = reports;
      if (!single) return [];
      const isFollowing = t - lastArrivalS <= sameBurstS;
      lastArrivalS = t;
      if (reports.length === 1 && !isFollowing) return [ringSingle({ report: single, t })];
      if (time.ageS(t) > sameBurstS && !(isFollowing && current.waiting.length > 0)) {
        current.next(isFollowing);
        way = wayOf(nextBatch++);
        time.begin(t);
      }
      const candidates = [...current.candidates, ...reports];
      current.add(reports);
      plan(candidates, t);
      return [];
    },
    join(reports, t, timing) {
      current.close();
      way = wayOf(nextBatch++);
      time.join(t, timing);
      current.add(reports);
      plan(reports, t);
    },
    until: current.take,
    leadUntil: lead.until,
    get middle() {
      return middle;
    },
    get tally() {
      return current.tally;
    },
  };

  /** Counts a single report with a burst that still rings; otherwise it starts a new count. */
  function ringSingle(bell: PlannedBell): PlannedBell {
    if (current.waiting.length === 0) current.close();
    current.rang(bell);
    worth.remember(bell.report);
    return bell;
  }

  function plan(candidates: readonly Report[], t: number): void {
    // Bells of an earlier part of the burst may already be scheduled.
    const earliestS = Math.max(t, current.lastBellS + minGapS);
    middle = medianLongitude(candidates) ?? middle;
    const plan = planBells(candidates, {
      t: earliestS,
      leftS: time.leftS(earliestS),
      bellsPerS,
      way,
      worthOf: worth.of,
      random,
    });
    current.plan(plan);
    lead.plan(plan.planned, way, current.tally.rung === 0);
  }
}
