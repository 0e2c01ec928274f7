// The score of one station.

import { droneDb } from "../mapping.ts";
import { isHeard, type Preset, presetChoices } from "../preset.ts";
import { createRandom } from "../random.ts";
import { createSeaScore, type SeaScore } from "./sea-score.ts";

type TuneScoreOptions = {
  /** The station, for those who are told what knocks. */
  stationId?: string;
  seed: number;
  preset: Preset;
  /** Whether it begins with seven seconds in which the layers come in one by one. */
  introduction: boolean;
};

/** Makes the score of one station: all that it measures sounds without end, and its bell rings with every wave. */
export function createTuneScore({ stationId, seed, preset, introduction }: TuneScoreOptions): SeaScore {
  const { seaDb, bellsDb, exactBells, lighthouse, water } = presetChoices[preset];
  return createSeaScore({
    random: createRandom(seed),
    seaDbOf: () => seaDb,
    water: isHeard(water, false),
    lighthouse: isHeard(lighthouse, false),
    droneDb: droneDb.station,
    windPlaced: true,
    stationBell: { bellsDb, exactBells, ...(stationId === undefined ? {} : { stationId }) },
    introduction,
  });
}
