// Scheduling of reports: a single one rings at once, a burst is spread over time.

import { burstSpread, clamp, usualMiddleLongitude } from "../../mapping.ts";
import { medianLongitude, type PlannedBell, planBells } from "./burst-plan.ts";
import type { Report } from "./report.ts";
import { createReportWorth } from "./report-worth.ts";
import { type Way, wayOf } from "./ways.ts";

/**
 * Counts of the current burst: bells rung, bells waiting, and reports without a bell (`leftOut`). `arrived` is their
 * sum.
 */
export type BurstTally = { arrived: number; rung: number; waiting: number; leftOut: number };

/** What leads the bells of a burst, from which report on; `t` is the time of its first bell, in seconds of the score. */
type Lead = { t: number; way: Way; report: Report };

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

/** Weight of the newest interval between two bursts in the moving average. */
const newestWeight = 0.3;
/** A burst may arrive in parts; reports within this time belong to it. */
const sameBurstS = 2;
/** Fewer bells have no lead: there is no way to follow. */
const fewestLed = 5;
/** Min time after a bell of an earlier part of the burst. */
const apartS = 0.34;

/** Makes a scheduler that spreads each burst over the time until the next one. */
export function createBursts({ random, bellsPerS, firstSpreadS, batch = 0, before }: BurstsOptions): Bursts {
  const worth = createReportWorth(random, before);
  let burst: Report[] = [];
  let planned: PlannedBell[] = [];
  let leftOut: Report[] = [];
  let rung = 0;
  let burstAtS = Number.NEGATIVE_INFINITY;
  let lastArrivalS = Number.NEGATIVE_INFINITY;
  let lastBellS = Number.NEGATIVE_INFINITY;
  let spreadS = firstSpreadS ?? burstSpread.initialS;
  let middle: number = usualMiddleLongitude;
  let nextBatch = batch;
  let way = wayOf(batch);
  let lead: Lead | null = null;

  return {
    arrive(reports, t) {
      const [single] = reports;
      if (!single) return [];
      const isFollowing = t - lastArrivalS <= sameBurstS;
      lastArrivalS = t;
      if (reports.length === 1 && !isFollowing) return [ringSingle({ report: single, t })];
      if (t - burstAtS > sameBurstS && !(isFollowing && planned.length > 0)) begin(t, isFollowing);
      burst.push(...reports);
      plan([...planned.map(({ report }) => report), ...leftOut, ...reports], t);
      return [];
    },
    join(reports, t, { ageS, intervalS }) {
      close();
      way = wayOf(nextBatch++);
      burstAtS = t - ageS;
      // A burst that is nearly over still gets time for a few bells.
      spreadS = Math.max(clamp(intervalS, burstSpread.minS, burstSpread.maxS), ageS + burstSpread.minS);
      burst.push(...reports);
      plan(reports, t);
    },
    until(t) {
      const due = planned.filter((bell) => bell.t < t);
      planned = planned.filter((bell) => bell.t >= t);
      for (const bell of due) rang(bell);
      return due;
    },
    leadUntil,
    get middle() {
      return middle;
    },
    get tally() {
      const waiting = planned.length;
      return { arrived: rung + waiting + leftOut.length, rung, waiting, leftOut: leftOut.length };
    },
  };

  function leadUntil(t: number): Lead | null {
    const due = lead !== null && lead.t < t ? lead : null;
    if (due) lead = null;
    return due;
  }

  /** Counts a single report with a burst that still rings; otherwise it starts a new count. */
  function ringSingle(bell: PlannedBell): PlannedBell {
    if (planned.length === 0) close();
    rang(bell);
    worth.remember(bell.report);
    return bell;
  }

  /**
   * Begins a burst.
   * @param isFollowing whether its first report arrived alone and has already rung
   */
  function begin(t: number, isFollowing: boolean): void {
    const waiting = planned.map(({ report }) => report);
    const rungBefore = isFollowing ? rung : 0;
    close();
    way = wayOf(nextBatch++);
    rung = rungBefore;
    // Stations that still wait may now be chosen before others.
    burst = [...waiting];
    leftOut = waiting;
    const intervalS = t - burstAtS;
    if (Number.isFinite(intervalS)) {
      spreadS += newestWeight * (clamp(intervalS, burstSpread.minS, burstSpread.maxS) - spreadS);
    }
    burstAtS = t;
  }

  function close(): void {
    for (const { stationId } of [...leftOut, ...planned.map(({ report }) => report)]) worth.wentUnheard(stationId);
    for (const report of burst) worth.remember(report);
    burst = [];
    planned = [];
    leftOut = [];
    rung = 0;
  }

  function plan(candidates: readonly Report[], t: number): void {
    // Bells of an earlier part of the burst may already be scheduled.
    const earliestS = Math.max(t, lastBellS + apartS);
    const leftS = Math.max(0, burstAtS + spreadS - earliestS);
    middle = medianLongitude(candidates) ?? middle;
    ({ planned, leftOut } = planBells(candidates, { t: earliestS, leftS, bellsPerS, way, worthOf: worth.of, random }));
    if (rung === 0 || lead !== null) lead = leadOf(planned, way);
  }

  function rang({ report, t }: PlannedBell): void {
    rung++;
    lastBellS = t;
    worth.rang(report.stationId);
  }
}

function leadOf(planned: readonly PlannedBell[], way: Way): Lead | null {
  const [first] = planned;
  return first && planned.length >= fewestLed ? { ...first, way } : null;
}
