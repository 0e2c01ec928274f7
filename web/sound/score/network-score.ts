// The score of the whole network.

import { calmSeaDbOf, droneDb, networkBellsDb, panOfLongitude } from "../mapping.ts";
import { isHeard, type Preset, type PresetChoice, presetChoices } from "../preset.ts";
import { createRandom } from "../random.ts";
import type { SoundEvent, Way } from "../sound-event.ts";
import { bellOf } from "./bells.ts";
import type { PlannedBell } from "./burst/burst-plan.ts";
import type { BurstTally } from "./burst/burst-reports.ts";
import { createBursts } from "./burst/bursts.ts";
import type { Report } from "./burst/report.ts";
import { createSeaScore, type SeaScore } from "./sea-score.ts";

export type { BurstTally, Report };

/** The score of the whole network: the sea in view, and a bell for each report. */
type NetworkScore = SeaScore & {
  /**
   * Adds reports that arrive at `t`. Returns the bell of a single report, to be played at once; `until` returns those
   * of a burst.
   */
  arrive(reports: readonly Report[], t: number): SoundEvent[];
  /** Continues a burst that arrived `ageS` seconds before `t`; bursts come every `intervalS` seconds. */
  join(reports: readonly Report[], t: number, timing: { ageS: number; intervalS: number }): void;
  /** Counts of the current burst. */
  readonly tally: BurstTally;
};

/** Options for {@link createNetworkScore}. */
export type NetworkScoreOptions = {
  seed: number;
  preset: Preset;
  /** Max bells per second; default: the preset's. */
  bellsPerS?: number;
  /** Duration of the first burst, in seconds, before an interval between two bursts is known. */
  firstSpreadS?: number;
  /** Running number of the first burst: neighbouring bursts take different ways. Default: 0. */
  batch?: number;
  /** The previous reports of the stations. */
  before?: readonly Report[];
};

/** Makes the score of the whole network: the median sea of the region in view, and a bell for each report. */
export function createNetworkScore(options: NetworkScoreOptions): NetworkScore {
  const { seed, preset, firstSpreadS, batch, before = [] } = options;
  const choice = presetChoices[preset];
  // A separate generator, so that the waves do not depend on the arrival of reports.
  const sea = createNetworkSea(createRandom(seed + 1), choice);
  // A generator of its own, so that the rhythm does not depend on how bells are struck.
  const touch = createRandom(seed + 2);
  const bellsPerS = options.bellsPerS ?? choice.bellsPerS;
  const random = createRandom(seed);
  const bursts = createBursts({ random, bellsPerS, firstSpreadS, batch, before });

  return {
    setSea: sea.setSea,
    setLight: sea.setLight,
    arrive: (reports, t) => bursts.arrive(reports, t).map(ring),
    join: bursts.join,
    until(t) {
      const bells = bursts.until(t).map(ring);
      const lead = bursts.leadUntil(t);
      return [...sea.until(t), ...(lead ? [ledBy(lead)] : []), ...bells].sort((a, b) => a.t - b.t);
    },
    get tally() {
      return bursts.tally;
    },
  };

  function ring({ report, t }: PlannedBell): SoundEvent {
    const { stationId, longitude } = report;
    const pan = longitude === null ? 0 : panOfLongitude(longitude, bursts.middle);
    return bellOf(report, { t, pan, stationId }, networkBellsDb, choice, touch);
  }
}

function ledBy({ t, way, report }: { t: number; way: Way; report: Report }): SoundEvent {
  return { t, type: "lead", way, from: report.stationId };
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
