// The bell of an observation.

import type { SeaState } from "../../sea/sea-state.ts";
import {
  type BellFields,
  bellNoteOf,
  distanceOf,
  pitchOf,
  stationBellDb,
  strikingPlaces,
  strokeOf,
  touch,
} from "../mapping.ts";
import type { PresetChoice } from "../preset.ts";
import type { EventOf } from "../sound-event.ts";
import type { SingleWave } from "./single-waves.ts";

/** The bell settings of a preset. */
export type BellChoice = Pick<PresetChoice, "bellsDb" | "exactBells">;

/** Levels in dB: `bell` is added to the level of the stroke; the others are absolute. */
type BellLevels = { bell: number; bowed: number; knock: number };

/** Time, pan and station of a bell. */
type Place = { t: number; pan: number; stationId?: string };

/** Returns the bell of an observation: bowed without a wave height, a knock on wood without a water temperature. */
export function bellOf(
  { waterTempC, waveHeightM }: BellFields,
  { t, pan, ...station }: Place,
  levels: BellLevels,
  { bellsDb, exactBells }: BellChoice,
  random: () => number,
): EventOf<"bell" | "bowed" | "knock"> {
  if (waterTempC === null) return { t, type: "knock", ...knockTouch(levels.knock + bellsDb, random), pan, ...station };
  const hz = exactBells ? pitchOf(waterTempC) : bellNoteOf(waterTempC);
  if (waveHeightM === null)
    return { t, type: "bowed", hz, gainDb: touched(levels.bowed + bellsDb, random), pan, ...station };
  const { hardness, gainDb } = strokeOf(waveHeightM);
  const level = touched(gainDb + levels.bell + bellsDb, random);
  return { t, type: "bell", hz, hardness, place: placeOf(random), gainDb: level, pan, ...station };
}

/** Returns the tuned-in station's own bell, rung by a single wave; `null` without waves or a water temperature. */
export function stationBellOf(
  sea: SeaState,
  wave: SingleWave,
  t: number,
  { bellsDb, exactBells }: BellChoice,
  random: () => number,
): EventOf<"bell"> | null {
  const { waveHeightM, waterTempC, agesMin } = sea;
  if (waveHeightM === null || waterTempC === null) return null;
  const { hardness, gainDb } = strokeOf(wave.height * waveHeightM);
  const { fadeDb, room } = distanceOf(Math.max(agesMin.waveHeightM ?? 0, agesMin.waterTempC ?? 0));
  const hz = exactBells ? pitchOf(waterTempC) : bellNoteOf(waterTempC);
  const level = gainDb + stationBellDb + bellsDb + fadeDb;
  const place = placeOf(random);
  return { t, type: "bell", hz, hardness, place, gainDb: level, pan: 0, ...(room > 0 ? { room } : {}) };
}

/** Returns the level and the speed of a knock's sample: two knocks never sound alike. */
export function knockTouch(gainDb: number, random: () => number): { gainDb: number; rate: number } {
  return { gainDb: touched(gainDb, random), rate: touch.knockRate.min + touch.knockRate.range * random() };
}

function touched(gainDb: number, random: () => number): number {
  return gainDb + touch.rangeDb * (random() - 0.5);
}

function placeOf(random: () => number): number {
  return Math.floor(strikingPlaces * random());
}
