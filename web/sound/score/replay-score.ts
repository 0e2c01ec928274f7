// The score of a past day.

import { clamp } from "../../../shared/numbers.ts";
import { type SeaState, seaStateOf } from "../../sea/sea-state.ts";
import { droneDb, lighthouseHz, midnightDb, replayBellsDb } from "../mapping.ts";
import { isHeard, type Preset, presetChoices } from "../preset.ts";
import { createRandom } from "../random.ts";
import type { SoundEvent } from "../sound-event.ts";
import { bellOf } from "./bells.ts";
import { createCrests } from "./crests.ts";
import { createEventQueue } from "./event-queue.ts";
import { layersOf } from "./layer-settings.ts";
import type { Score } from "./score.ts";

/** The score of a replay. */
type ReplayScore = Score & {
  /** Returns the index of the frame at a time of the score; after the end it is the last one. */
  frameAt(t: number): number;
};

type ReplayScoreOptions = {
  seed: number;
  preset: Preset;
  /** Duration of all frames together, in seconds. */
  seconds: number;
  fromFrame: number;
};

/** A past sea state and its time, if known; an absent field was not measured. */
export type Frame = Partial<SeaState> & { atMs?: number };

/** Time constant of the change to a frame, as a share of the frame's length. */
const frameTau = 0.5;
const framesPerBell = 4;
const noCrestS = 1;
const midnightGapS = 0.14;
const dayMs = 24 * 60 * 60_000;

/**
 * Makes the score of a replay. Each layer moves from frame to frame, every fourth frame has a bell, and midnight (UTC)
 * has two ticks. Crests keep real time: faster ones would give a wrong period.
 */
export function createReplayScore(frames: readonly Frame[], options: ReplayScoreOptions): ReplayScore {
  const { seed, preset, seconds, fromFrame } = options;
  const choice = presetChoices[preset];
  const { seaDb } = choice;
  const water = isHeard(choice.water, false);
  const random = createRandom(seed);
  const crests = createCrests({ random, firstS: 0, idleS: noCrestS, steady: true });
  const queue = createEventQueue();
  const frameS = seconds / Math.max(1, frames.length);
  let next = fromFrame;

  return {
    frameAt,
    until(t) {
      while (next < frames.length && startOf(next) < t) queue.add(...eventsOf(next++));
      queue.add(...crests.until(t, (atS) => seaOf(frames[frameAt(atS)] ?? {})));
      return queue.takeUntil(t);
    },
  };

  function frameAt(t: number): number {
    return clamp(fromFrame + Math.floor(t / frameS), 0, Math.max(0, frames.length - 1));
  }

  function startOf(index: number): number {
    return (index - fromFrame) * frameS;
  }

  function eventsOf(index: number): SoundEvent[] {
    const frame = frames[index];
    if (!frame) return [];
    const t = startOf(index);
    const sea = seaOf(frame);
    const layers = layersOf(sea, {
      t,
      seaDb,
      water,
      droneDb: droneDb.station,
      windPlaced: true,
      tauS: frameS * frameTau,
    });
    return [
      ...layers,
      ...(index % framesPerBell === 0 ? [bellOf(sea, { t, pan: 0 }, replayBellsDb, choice, random)] : []),
      ...(isMidnight(frames[index - 1]?.atMs, frame.atMs) ? midnightTicks(t) : []),
    ];
  }
}

function seaOf(frame: Frame): SeaState {
  return seaStateOf((field) => frame[field]);
}

function midnightTicks(t: number): SoundEvent[] {
  return [t, t + midnightGapS].map((atS) => ({
    t: atS,
    type: "ping",
    hz: lighthouseHz.wind,
    gainDb: midnightDb,
    pan: 0,
  }));
}

function isMidnight(beforeMs: number | undefined, atMs: number | undefined): boolean {
  if (beforeMs === undefined || atMs === undefined) return false;
  return Math.floor(beforeMs / dayMs) !== Math.floor(atMs / dayMs);
}
