// The score of one tuned-in station.

import { droneDb } from "../mapping.ts";
import { isHeard, type Preset, presetChoices } from "../preset.ts";
import { createRandom } from "../random.ts";
import { createSeaScore, type SeaScore } from "./sea-score.ts";

type TuneScoreOptions = {
  /** Station id for the events; the captions of knocks use it. */
  stationId?: string;
  seed: number;
  preset: Preset;
  /** Whether it starts with the seven-second introduction. */
  introduction: boolean;
};

/** Makes the score of one station: a continuous sound for all its values, and a bell with every wave. */
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
