import { bellNoteOf, clamp, mapping, pitchOf, strokeOf } from "../mapping.ts";
import { isHeard, type Preset, presetChoices } from "../preset.ts";
import { createRandom } from "../random.ts";
import { type SeaField, type SeaState, seaFields } from "../sea-state.ts";
import type { SoundEvent } from "../sound-event.ts";
import { lighthouseHz } from "../timbre/waveforms.ts";
import type { Score } from "./score.ts";
import { layersOf, usualDroneDb } from "./sea-score.ts";

export type ReplayScore = Score & {
  /** Which frame sounds at a time of the score; the last one for ever after. */
  frameAt(t: number): number;
};

export type ReplayScoreOptions = {
  seed: number;
  preset: Preset;
  /** How long all the frames together take. */
  seconds: number;
  fromFrame: number;
};

/** A state of the past, and when it was, where that is known; what is absent was not measured. */
export type Frame = Partial<SeaState> & { atMs?: number };

/** The share of a frame that is the time constant of the way to it. */
const frameTau = 0.5;
const framesPerBell = 4;
const bellDb = -4;
const bowedDb = -28;
const knockDb = -22;
const noCrestS = 1;
const midnightDb = -38;
const midnightGapS = 0.14;
const dayMs = 24 * 60 * 60_000;

/** The past, frame by frame: each layer moves from one to the next, a bell marks the way, midnight of UTC ticks twice. */
export function createReplayScore(frames: readonly Frame[], options: ReplayScoreOptions): ReplayScore {
  const { seed, preset, seconds, fromFrame } = options;
  const { seaDb, bellsDb, water, exactBells } = presetChoices[preset];
  const random = createRandom(seed);
  const frameS = seconds / Math.max(1, frames.length);
  let next = fromFrame;
  let nextCrestS = 0;
  let untold: SoundEvent[] = [];

  return {
    frameAt,
    until(t) {
      while (next < frames.length && startOf(next) < t) tellFrame(next++);
      while (nextCrestS < t) tellCrest();
      const told = untold.filter((event) => event.t < t).sort((a, b) => a.t - b.t);
      untold = untold.filter((event) => event.t >= t);
      return told;
    },
  };

  function frameAt(t: number): number {
    return clamp(fromFrame + Math.floor(t / frameS), 0, Math.max(0, frames.length - 1));
  }

  function startOf(index: number): number {
    return (index - fromFrame) * frameS;
  }

  function tellFrame(index: number): void {
    const frame = frames[index];
    if (!frame) return;
    const t = startOf(index);
    const sea = seaOf(frame);
    untold.push(
      ...layersOf(sea, {
        t,
        seaDb,
        water: isHeard(water, false),
        droneDb: usualDroneDb,
        windPlaced: true,
        tauS: frameS * frameTau,
      }),
    );
    if (index % framesPerBell === 0) untold.push(ring(sea, t));
    if (isMidnight(frames[index - 1]?.atMs, frame.atMs)) {
      for (const at of [t, t + midnightGapS]) {
        untold.push({ t: at, type: "ping", hz: lighthouseHz.wind, gainDb: midnightDb, pan: 0 });
      }
    }
  }

  function ring({ waterTempC, waveHeightM }: SeaState, t: number): SoundEvent {
    if (waterTempC === null) return { t, type: "knock", gainDb: knockDb + bellsDb, pan: 0 };
    const hz = exactBells ? pitchOf(waterTempC) : bellNoteOf(waterTempC);
    if (waveHeightM === null) return { t, type: "bowed", hz, gainDb: bowedDb + bellsDb, pan: 0 };
    const { hardness, gainDb } = strokeOf(waveHeightM);
    return { t, type: "bell", hz, hardness, gainDb: gainDb + bellDb + bellsDb, pan: 0 };
  }

  /** Crests pass at their own pace: waves that hurried with the frames would tell another period. */
  function tellCrest(): void {
    const { waveHeightM, dominantPeriodS } = seaOf(frames[frameAt(nextCrestS)] ?? {});
    if (waveHeightM === null || dominantPeriodS === null) {
      nextCrestS += noCrestS;
      return;
    }
    const [shortest, longest] = mapping.dominantPeriodS.range;
    const periodS = clamp(dominantPeriodS, shortest, longest);
    untold.push({ t: nextCrestS, type: "crest", periodS, amplitude: 0.86 + 0.28 * random() });
    nextCrestS += periodS;
  }
}

function seaOf(frame: Frame): SeaState {
  const fields = seaFields.map((field) => [field, frame[field] ?? null]);
  return { ...(Object.fromEntries(fields) as Record<SeaField, number | null>), agesMin: {} };
}

function isMidnight(beforeMs: number | undefined, atMs: number | undefined): boolean {
  if (beforeMs === undefined || atMs === undefined) return false;
  return Math.floor(beforeMs / dayMs) !== Math.floor(atMs / dayMs);
}
