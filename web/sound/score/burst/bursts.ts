// Reports that arrive: lone ones ring at once, bursts are spread.

import { bellGap, burstSpread, clamp, usualMiddleLongitude } from "../../mapping.ts";
import { medianLongitude, type PlannedBell, planBells } from "./burst-plan.ts";
import type { Report } from "./report.ts";
import { createReportWorth } from "./report-worth.ts";

/** How many bells of the present burst have rung, still wait, and will not ring: `arrived` is the sum of the others. */
export type BurstTally = { arrived: number; rung: number; waiting: number; leftOut: number };

type BurstsOptions = {
  random: () => number;
  bellsPerS: number;
  /** How long a burst may last before any interval between two is known. */
  firstSpreadS?: number | undefined;
  /** What the stations reported before. */
  before: readonly Report[];
};

/** Reports that arrive many at once and ring one after the other. */
type Bursts = {
  /** Returns the bell of a lone report, which rings at once; those of a burst come with {@link Bursts.until}. */
  arrive(reports: readonly Report[], t: number): PlannedBell[];
  /** Returns the bells before `t` that it has not returned yet. */
  until(t: number): PlannedBell[];
  /** Longitude of the middle of the network, which is heard in the middle. */
  readonly middle: number;
  readonly tally: BurstTally;
};

/** The newest interval between two bursts counts as much, against all before. */
const newestWeight = 0.3;
/** A burst may come in pieces; what follows this soon is part of it. */
const sameBurstS = 2;

/** Spreads each burst over the time until the next one is due. */
export function createBursts({ random, bellsPerS, firstSpreadS, before }: BurstsOptions): Bursts {
  const worth = createReportWorth(random, before);
  let burst: Report[] = [];
  let planned: PlannedBell[] = [];
  let leftOut: Report[] = [];
  let rung = 0;
  let burstAtS = Number.NEGATIVE_INFINITY;
  let lastArrivalS = Number.NEGATIVE_INFINITY;
  let lastBellS = Number.NEGATIVE_INFINITY;
  let spreadS = firstSpreadS ?? burstSpread.usualS;
  let middle: number = usualMiddleLongitude;

  return {
    arrive(reports, t) {
      const [lone] = reports;
      if (!lone) return [];
      const isFollowing = t - lastArrivalS <= sameBurstS;
      lastArrivalS = t;
      if (reports.length === 1 && !isFollowing) return [ringLone({ report: lone, t })];
      if (t - burstAtS > sameBurstS && !(isFollowing && planned.length > 0)) begin(t, isFollowing);
      burst.push(...reports);
      plan([...planned.map(({ report }) => report), ...leftOut, ...reports], t);
      return [];
    },
    until(t) {
      const due = planned.filter((bell) => bell.t < t);
      planned = planned.filter((bell) => bell.t >= t);
      for (const bell of due) rang(bell);
      return due;
    },
    get middle() {
      return middle;
    },
    get tally() {
      const waiting = planned.length;
      return { arrived: rung + waiting + leftOut.length, rung, waiting, leftOut: leftOut.length };
    },
  };

  /** It counts with the burst that is being rung, or else begins a count of its own. */
  function ringLone(bell: PlannedBell): PlannedBell {
    if (planned.length === 0) close();
    rang(bell);
    worth.remember(bell.report);
    return bell;
  }

  /** @param isFollowing whether its first report came by itself, and has rung already */
  function begin(t: number, isFollowing: boolean): void {
    const waiting = planned.map(({ report }) => report);
    const rungBefore = isFollowing ? rung : 0;
    close();
    rung = rungBefore;
    // Stations that still wait have waited since the last burst, and may now be chosen before others.
    burst = [...waiting];
    leftOut = waiting;
    const intervalS = t - burstAtS;
    if (Number.isFinite(intervalS)) {
      spreadS += newestWeight * (clamp(intervalS, burstSpread.leastS, burstSpread.mostS) - spreadS);
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
    const leftS = Math.max(0, burstAtS + spreadS - t);
    // A part of the burst that came before may have given out bells that are yet to sound.
    const earliestS = Math.max(t, lastBellS + bellGap.leastS);
    middle = medianLongitude(candidates) ?? middle;
    const options = { t, leftS, bellsPerS, earliestS, middle, worthOf: worth.of, random };
    ({ planned, leftOut } = planBells(candidates, options));
  }

  function rang({ report, t }: PlannedBell): void {
    rung++;
    lastBellS = t;
    worth.rang(report.stationId);
  }
}
