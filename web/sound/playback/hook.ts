// The measuring hook: scores and offline renders for tools.

import { median } from "../../../shared/sea.ts";
import { type SeaField, type SeaState, seaStateOf } from "../../sea/sea-state.ts";
import type { Preset } from "../preset.ts";
import { renderOffline } from "../recording/render-offline.ts";
import { createNetworkScore, type NetworkScoreOptions, type Report } from "../score/network-score.ts";
import { createReplayScore, type Frame } from "../score/replay-score.ts";
import { createTuneScore } from "../score/tune-score.ts";
import type { SoundEvent } from "../sound-event.ts";

/** An observation made up by a measuring tool; its values count as fresh. */
export type MadeUp = Partial<Record<SeaField, number | null>> & { stationId?: string; lon?: number; lat?: number };

type TuneOptions = { seconds?: number; seed?: number; preset?: Preset; sweep?: boolean; introduction?: boolean };

type BurstOptions = {
  seconds?: number;
  seed?: number;
  preset?: Preset;
  /** Max bells per second; default: the preset's. */
  maxRate?: number;
  /** Running number of the burst: neighbouring ones take different ways. */
  batch?: number;
  /** The previous reports, by station id. */
  prev?: Record<string, MadeUp>;
};

/** Scores and offline renders for tools that measure the sound. The same input gives the same events. */
export const soundHook = {
  version: 1,

  /** Returns the events of one tuned-in station; `sweep: false` removes the lighthouse. */
  scoreTune(observation: MadeUp, options: TuneOptions = {}): SoundEvent[] {
    const { seconds = 20, seed = 1, preset = "harbour", sweep = true, introduction = false } = options;
    const score = createTuneScore({ seed, preset, introduction });
    score.setSea(
      seaStateOf((field) => observation[field]),
      0,
    );
    return score.until(seconds).filter(({ type }) => sweep || type !== "ping");
  },

  /** Returns the events of a burst spread over `seconds`, over a sea with the median conditions. */
  scoreBurst(
    observations: MadeUp[],
    options: BurstOptions = {},
  ): { events: SoundEvent[]; rung: number; heard: number } {
    const { seconds = 60, seed = 1, preset = "harbour", maxRate, batch = 0, prev = {} } = options;
    const before = Object.entries(prev).map(([stationId, observation]) => reportOf({ ...observation, stationId }));
    const scoreOptions: NetworkScoreOptions = { seed, preset, firstSpreadS: seconds, batch, before };
    if (maxRate !== undefined) scoreOptions.bellsPerS = maxRate;
    const score = createNetworkScore(scoreOptions);
    score.setSea(medianOf(observations), 0);
    const events = [...score.arrive(observations.map(reportOf), 0), ...score.until(seconds)];
    return { events, rung: score.tally.rung, heard: score.tally.arrived };
  },

  /** Returns the events of a replay of all frames within `seconds`. */
  scoreReplay(frames: Frame[], options: { seconds?: number; seed?: number; preset?: Preset } = {}): SoundEvent[] {
    const { seconds = 60, seed = 1, preset = "harbour" } = options;
    return createReplayScore(frames, { seed, preset, seconds, fromFrame: 0 }).until(seconds);
  },

  renderOffline,
};

/**
 * Publishes {@link soundHook} as `globalThis.bellbuoy`.
 * @param live properties that the page adds, getters included
 */
export function installHook(live: object = {}): void {
  const hook = Object.defineProperties({ ...soundHook }, Object.getOwnPropertyDescriptors(live));
  Object.assign(globalThis, { bellbuoy: hook });
}

function reportOf({ stationId = "", lon, lat, waterTempC = null, waveHeightM = null }: MadeUp): Report {
  return { stationId, longitude: lon ?? null, latitude: lat ?? null, waterTempC, waveHeightM, inView: false };
}

/** Returns the median conditions of many observations. Directions have no median. */
function medianOf(observations: readonly MadeUp[]): SeaState {
  return seaStateOf((field) => {
    if (field === "windDirDeg") return null;
    return median(observations.flatMap((observation) => observation[field] ?? []));
  });
}
