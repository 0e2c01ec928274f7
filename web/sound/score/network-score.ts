import {
  bellNoteOf,
  clamp,
  degreesEast,
  panOfLongitude,
  pitchOf,
  strokeOf,
  warmthOf,
  waveStrength,
} from "../mapping.ts";
import { isHeard, type Preset, presetChoices } from "../preset.ts";
import { createRandom } from "../random.ts";
import type { SoundEvent } from "../sound-event.ts";
import { createSeaScore, type SeaScore } from "./sea-score.ts";

/** What a report's bell tells of it. */
export type Report = {
  stationId: string;
  /** Degrees east; `null`: unknown. */
  longitude: number | null;
  waterTempC: number | null;
  waveHeightM: number | null;
  /** Whether the station is in view: then it is twice as likely to be chosen from a burst. */
  inView: boolean;
};

/** How many bells of the present burst have rung, still wait, and will not ring: `arrived` is the sum of the others. */
export type BurstTally = { arrived: number; rung: number; waiting: number; leftOut: number };

export type NetworkScore = SeaScore & {
  /** @returns what is to sound at once: the bell of a lone report. Those of a burst come with `until`. */
  arrive(reports: readonly Report[], t: number): SoundEvent[];
  readonly tally: BurstTally;
};

export type NetworkScoreOptions = {
  seed: number;
  preset: Preset;
  /** Bells a second at most; else the preset's. */
  bellsPerS?: number;
  /** How long a burst may last before any interval between two is known. */
  firstSpreadS?: number;
  /** What the stations reported before. */
  before?: readonly Report[];
};

type PlannedBell = { report: Report; t: number };

/** NDBC publishes every five minutes. */
const usualSpreadS = 300;
const [shortestSpreadS, longestSpreadS] = [20, 900];
/** The newest interval between two bursts counts as much, against all before. */
const newestWeight = 0.3;
/** A burst may come in pieces; what follows this soon is part of it. */
const sameBurstS = 2;
/** A few reports are not stretched until the next burst: who sent one wants to hear it. */
const longestGapS = 4;
const leastGapS = 0.09;
/** A station that was not heard for so many bursts goes first. */
const starvingBursts = 3;
const starvingWorth = 1_000;
const inViewWorth = 2;
const chanceWorth = 0.5;
/** Of waves and of warmth: 1.5 m, 14 °C. */
const usualStrength = 0.42;
/** The middle of the network as long as no report told of one: between Hawaii and Florida. */
const usualMiddle = -110;

const bowedDb = -28;
const knockDb = -24;
/** A sea that is the bed of bells is fuller, the calmer it is: else they startle. A storm is full enough. */
const calmSeaDb = 5;
/** But the drone's tones are notes of the bells, so it steps back for them. */
const networkDroneDb = -25;

/** The whole network: the sea of the region in view, and a bell for each report. */
export function createNetworkScore(options: NetworkScoreOptions): NetworkScore {
  const { seed, preset } = options;
  const choice = presetChoices[preset];
  const random = createRandom(seed);
  const sea = createSeaScore({
    // Of its own, so that the waves do not depend on when reports arrive.
    random: createRandom(seed + 1),
    seaDbOf: ({ waveHeightM }) => choice.seaDb + calmSeaDb * (1 - waveStrength(waveHeightM ?? 0)),
    water: isHeard(choice.water, true),
    lighthouse: isHeard(choice.lighthouse, true),
    droneDb: networkDroneDb,
    windPlaced: false,
    stationBell: null,
    introduction: false,
  });
  const mostBellsPerS = options.bellsPerS ?? choice.bellsPerS;
  const lastReports = new Map((options.before ?? []).map((report) => [report.stationId, report]));
  const burstsUnheard = new Map<string, number>();
  let burst: Report[] = [];
  let planned: PlannedBell[] = [];
  let leftOut: Report[] = [];
  let rung = 0;
  let burstAtS = Number.NEGATIVE_INFINITY;
  let lastArrivalS = Number.NEGATIVE_INFINITY;
  let lastBellS = Number.NEGATIVE_INFINITY;
  let spreadS = options.firstSpreadS ?? usualSpreadS;
  let middle = usualMiddle;

  return {
    setSea: sea.setSea,
    arrive(reports, t) {
      const [lone] = reports;
      if (!lone) return [];
      const isFollowing = t - lastArrivalS <= sameBurstS;
      lastArrivalS = t;
      if (reports.length === 1 && !isFollowing) return [ringLone(lone, t)];
      if (t - burstAtS > sameBurstS && !(isFollowing && planned.length > 0)) beginBurst(t, isFollowing);
      burst.push(...reports);
      plan([...planned.map(({ report }) => report), ...leftOut, ...reports], t);
      return [];
    },
    until(t) {
      const due = planned.filter((bell) => bell.t < t);
      planned = planned.filter((bell) => bell.t >= t);
      const bells = due.map((bell) => ring(bell.report, bell.t));
      return [...sea.until(t), ...bells].sort((a, b) => a.t - b.t);
    },
    get tally() {
      const waiting = planned.length;
      return { arrived: rung + waiting + leftOut.length, rung, waiting, leftOut: leftOut.length };
    },
  };

  /** It counts with the burst that is being rung, or else begins a count of its own. */
  function ringLone(report: Report, t: number): SoundEvent {
    if (planned.length === 0) closeBurst();
    const bell = ring(report, t);
    lastReports.set(report.stationId, report);
    return bell;
  }

  /** @param isFollowing whether its first report came by itself, and has rung already */
  function beginBurst(t: number, isFollowing: boolean): void {
    const waiting = planned.map(({ report }) => report);
    const rungBefore = isFollowing ? rung : 0;
    closeBurst();
    rung = rungBefore;
    // Who still waits has been waiting since the last burst, and may now be chosen before others.
    burst = [...waiting];
    leftOut = waiting;
    const intervalS = t - burstAtS;
    if (Number.isFinite(intervalS)) {
      spreadS += newestWeight * (clamp(intervalS, shortestSpreadS, longestSpreadS) - spreadS);
    }
    burstAtS = t;
  }

  function closeBurst(): void {
    for (const { stationId } of [...leftOut, ...planned.map(({ report }) => report)]) {
      burstsUnheard.set(stationId, (burstsUnheard.get(stationId) ?? 0) + 1);
    }
    for (const report of burst) lastReports.set(report.stationId, report);
    burst = [];
    planned = [];
    leftOut = [];
    rung = 0;
  }

  /** Chooses who rings and when: from west to east, so that a burst crosses the head like a front. */
  function plan(candidates: Report[], t: number): void {
    const leftS = Math.max(0, burstAtS + spreadS - t);
    const most = Math.max(1, Math.floor(leftS * mostBellsPerS));
    const byWorth = candidates
      .map((report) => ({ report, worth: worthOf(report) }))
      .sort((a, b) => b.worth - a.worth)
      .map(({ report }) => report);
    const chosen = byWorth.slice(0, most);
    leftOut = byWorth.slice(most);
    middle = medianLongitude(candidates) ?? middle;
    const eastward = ({ longitude }: Report) => (longitude === null ? 0 : degreesEast(longitude, middle));
    chosen.sort((a, b) => eastward(a) - eastward(b));
    const gapS = Math.min(longestGapS, leftS / chosen.length);
    // A part of the burst that came before may have given out bells that are yet to sound.
    let earliest = Math.max(t, lastBellS + leastGapS);
    planned = chosen.map((report, index) => {
      // Somewhere in the middle of its own share of the time: neither a grid nor a clump.
      const bellS = Math.max(earliest, t + (index + 0.2 + 0.6 * random()) * gapS);
      earliest = bellS + leastGapS;
      return { report, t: bellS };
    });
  }

  /** What makes a report worth hearing: what is new in it, how far out of the ordinary it is, how long it was not heard. */
  function worthOf(report: Report): number {
    const { stationId, waveHeightM, waterTempC, inView } = report;
    const before = lastReports.get(stationId);
    const extreme = 2 * fromMiddle(waveHeightM, waveStrength) + fromMiddle(waterTempC, warmthOf);
    const worth = (before ? noveltyOf(report, before) : 1) + extreme + chanceWorth * random();
    const starving = (burstsUnheard.get(stationId) ?? 0) >= starvingBursts ? starvingWorth : 0;
    return worth * (inView ? inViewWorth : 1) + starving;
  }

  function ring(report: Report, t: number): SoundEvent {
    rung++;
    lastBellS = t;
    burstsUnheard.delete(report.stationId);
    const { stationId, longitude, waterTempC, waveHeightM } = report;
    const pan = longitude === null ? 0 : panOfLongitude(longitude, middle);
    if (waterTempC === null) return { t, type: "knock", gainDb: knockDb + choice.bellsDb, pan, stationId };
    const hz = choice.exactBells ? pitchOf(waterTempC) : bellNoteOf(waterTempC);
    if (waveHeightM === null) return { t, type: "bowed", hz, gainDb: bowedDb + choice.bellsDb, pan, stationId };
    const { hardness, gainDb } = strokeOf(waveHeightM);
    return { t, type: "bell", hz, hardness, gainDb: gainDb + choice.bellsDb, pan, stationId };
  }
}

/** How far a value lies from the middle of what is usual at sea, 0 to about 1: calms are as rare as storms. */
function fromMiddle(value: number | null, strength: (value: number) => number): number {
  return value === null ? 0 : Math.abs(strength(value) - usualStrength) / usualStrength;
}

/** A metre of wave is as much as two degrees of water. */
function noveltyOf(report: Report, before: Report): number {
  const change = (now: number | null, then: number | null) =>
    now === null || then === null ? 0 : Math.abs(now - then);
  return change(report.waveHeightM, before.waveHeightM) + change(report.waterTempC, before.waterTempC) / 2;
}

/** Most stations lie between Guam and the Azores, so the middle is sought from the date line on. */
function medianLongitude(reports: readonly Report[]): number | null {
  const fromDateLine = reports.flatMap(({ longitude }) => (longitude === null ? [] : [(longitude + 360) % 360]));
  const middle = fromDateLine.sort((a, b) => a - b)[fromDateLine.length >> 1];
  return middle === undefined ? null : degreesEast(middle, 0);
}
