// The bell of an observation.

import { type BellFields, bellNoteOf, distanceOf, pitchOf, stationBellDb, strokeOf } from "../mapping.ts";
import type { PresetChoice } from "../preset.ts";
import type { SeaState } from "../sea-state.ts";
import type { EventOf } from "../sound-event.ts";

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
): EventOf<"bell" | "bowed" | "knock"> {
  if (waterTempC === null) return { t, type: "knock", gainDb: levels.knock + bellsDb, pan, ...station };
  const hz = exactBells ? pitchOf(waterTempC) : bellNoteOf(waterTempC);
  if (waveHeightM === null) return { t, type: "bowed", hz, gainDb: levels.bowed + bellsDb, pan, ...station };
  const { hardness, gainDb } = strokeOf(waveHeightM);
  return { t, type: "bell", hz, hardness, gainDb: gainDb + levels.bell + bellsDb, pan, ...station };
}

/** Returns the tuned-in station's own bell, rung by its waves; `null` without waves or a water temperature. */
export function stationBellOf(sea: SeaState, t: number, { bellsDb, exactBells }: BellChoice): EventOf<"bell"> | null {
  const { waveHeightM, waterTempC, agesMin } = sea;
  if (waveHeightM === null || waterTempC === null) return null;
  const { hardness, gainDb } = strokeOf(waveHeightM);
  const { fadeDb, room } = distanceOf(Math.max(agesMin.waveHeightM ?? 0, agesMin.waterTempC ?? 0));
  const hz = exactBells ? pitchOf(waterTempC) : bellNoteOf(waterTempC);
  const level = gainDb + stationBellDb + bellsDb + fadeDb;
  return { t, type: "bell", hz, hardness, gainDb: level, pan: 0, ...(room > 0 ? { room } : {}) };
}
