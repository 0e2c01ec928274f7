// The score of the whole network.

import { calmSeaDbOf, droneDb, networkBellsDb, panOfLongitude } from "../mapping.ts";
import { isHeard, type Preset, type PresetChoice, presetChoices } from "../preset.ts";
import { createRandom } from "../random.ts";
import type { SoundEvent } from "../sound-event.ts";
import { bellOf } from "./bells.ts";
import type { PlannedBell } from "./burst/burst-plan.ts";
import { type BurstTally, createBursts } from "./burst/bursts.ts";
import type { Report } from "./burst/report.ts";
import { createSeaScore, type SeaScore } from "./sea-score.ts";

export type { BurstTally, Report };

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

/** Makes the score of the whole network: the sea of the region in view, and a bell for each report. */
export function createNetworkScore(options: NetworkScoreOptions): NetworkScore {
  const { seed, preset, firstSpreadS, before = [] } = options;
  const choice = presetChoices[preset];
  // Of its own, so that the waves do not depend on when reports arrive.
  const sea = createNetworkSea(createRandom(seed + 1), choice);
  const bellsPerS = options.bellsPerS ?? choice.bellsPerS;
  const bursts = createBursts({ random: createRandom(seed), bellsPerS, firstSpreadS, before });

  return {
    setSea: sea.setSea,
    arrive: (reports, t) => bursts.arrive(reports, t).map(ring),
    until(t) {
      const bells = bursts.until(t).map(ring);
      return [...sea.until(t), ...bells].sort((a, b) => a.t - b.t);
    },
    get tally() {
      return bursts.tally;
    },
  };

  function ring({ report, t }: PlannedBell): SoundEvent {
    const { stationId, longitude } = report;
    const pan = longitude === null ? 0 : panOfLongitude(longitude, bursts.middle);
    return bellOf(report, { t, pan, stationId }, networkBellsDb, choice);
  }
}

function createNetworkSea(random: () => number, { seaDb, water, lighthouse }: PresetChoice): SeaScore {
  return createSeaScore({
    random,
    seaDbOf: ({ waveHeightM }) => seaDb + calmSeaDbOf(waveHeightM ?? 0),
    water: isHeard(water, true),
    lighthouse: isHeard(lighthouse, true),
    droneDb: droneDb.network,
    windPlaced: false,
    stationBell: null,
    introduction: false,
  });
}
