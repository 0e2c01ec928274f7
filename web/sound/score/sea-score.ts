// The score of a changing sea, shared by the network and a tuned-in station.

import { type SeaState, seaFields, seaStateOf } from "../../sea/sea-state.ts";
import { isStale } from "../mapping.ts";
import { deriveRandom } from "../random.ts";
import type { Layer, SetEvent } from "../sound-event.ts";
import { type BellChoice, stationBellOf } from "./bells.ts";
import { createCrests } from "./crests.ts";
import { createEventQueue, type EventQueue } from "./event-queue.ts";
import { introduced, introducedAtS, introducedTauS, introducingEvents, introductionS } from "./introduction.ts";
import { type LayerSettingsOptions, layersOf } from "./layer-settings.ts";
import { createLighthousePings } from "./lighthouse.ts";
import { createMissingKnocks } from "./missing-knocks.ts";
import type { Score } from "./score.ts";
import type { SingleWave } from "./single-waves.ts";

/** The score of the continuous sound of the sea. */
export type SeaScore = Score & {
  /**
   * Sets the sea state.
   * @param t start of this state, in seconds of the score
   */
  setSea(sea: SeaState, t: number): void;
  /** Sets the colour of the hour, from `t` on. @param night 0 (day) to 1 */
  setLight(night: number, t: number): void;
};

type SeaScoreOptions = Pick<LayerSettingsOptions, "droneDb" | "water" | "windPlaced"> & {
  random: () => number;
  /** Returns the gain added to the level of every layer, in dB. */
  seaDbOf(sea: SeaState): number;
  lighthouse: boolean;
  /** Settings of the bell that rings with each crest; `null`: no bell, and no knocks for missing fields. */
  stationBell: (BellChoice & { stationId?: string }) | null;
  /** Whether the layers start one after the other, as an introduction. */
  introduction: boolean;
};

const firstCrestS = 0.2;
const noCrestS = 4;
/** Time of a wave's highest point, as a share of its period; the station's bell rings then. */
const crestHighest = 0.35;
/** How much earlier or later a single wave strikes, as a share of its period. */
const lagShare = 0.06;
const lightSteps = 64;
const firstTurnS = 0.5;
const firstKnockS = 2;

/** Makes the score of a sea state, with no bells except the station's own. */
export function createSeaScore(options: SeaScoreOptions): SeaScore {
  const { random, stationBell, introduction } = options;
  const queue = createEventQueue();
  const firstS = introduction ? introducedAtS("waveHeightM") : firstCrestS;
  const crests = createCrests({ random, firstS, idleS: noCrestS, steady: false });
  const lighthouse = options.lighthouse ? createLighthousePings(introduction ? introductionS : firstTurnS) : null;
  // Generators of their own: events must not depend on how often `until` is called.
  const touch = deriveRandom(random);
  const knocks = stationBell && createKnocksOf(stationBell.stationId, options);
  const change = createLayerChanges(queue, introduction);
  let sea: SeaState | null = null;
  let light: number | null = null;
  if (introduction) queue.add(...introducingEvents());

  return {
    setSea(next, t) {
      const before = sea;
      sea = withoutStale(next);
      if (seaFields.some((field) => sea?.[field] !== before?.[field])) lighthouse?.comeNear(t);
      const tauS = introduction && t < introductionS ? introducedTauS : undefined;
      for (const layer of layersOf(sea, { ...options, seaDb: options.seaDbOf(sea), t, tauS })) change(layer);
    },
    setLight(night, t) {
      // In small steps: each is inaudible, and a recording needs only the last one.
      const step = Math.round(night * lightSteps) / lightSteps;
      if (step !== light) queue.add({ t, type: "light", night: step });
      light = step;
    },
    until(t) {
      for (const crest of crests.until(t, () => sea)) {
        queue.add(crest);
        ringWith(crest, crest.t + (crestHighest + lagShare * crest.lag) * crest.periodS);
      }
      queue.add(...(lighthouse?.until(t, sea) ?? []), ...(knocks?.until(t, sea) ?? []));
      return queue.takeUntil(t);
    },
  };

  function ringWith(wave: SingleWave, t: number): void {
    if (!sea || !stationBell || (introduction && t < introducedAtS("waterTempC"))) return;
    const bell = stationBellOf(sea, wave, t, stationBell, touch);
    if (bell) queue.add(bell);
  }
}

function createKnocksOf(stationId: string | undefined, { random, lighthouse, introduction }: SeaScoreOptions) {
  const firstS = firstKnockS + (introduction ? introductionS : 0);
  return createMissingKnocks({ stationId, lighthouse, firstS, random: deriveRandom(random) });
}

/**
 * Makes a function that queues a layer's setting. It skips an unchanged setting; a changed one replaces later settings
 * in the queue.
 */
function createLayerChanges(queue: EventQueue, introduction: boolean): (layer: SetEvent) => void {
  const present = new Map<Layer, SetEvent>();
  return (layer) => {
    const before = present.get(layer.layer);
    present.set(layer.layer, layer);
    if (before && isSame(before, layer)) return;
    queue.remove((event) => event.type === "set" && event.layer === layer.layer && event.t >= layer.t);
    queue.add(...(introduction ? introduced(layer) : [layer]));
  };
}

/** Returns the sea state without values older than three hours. */
function withoutStale(sea: SeaState): SeaState {
  return seaStateOf((field) => (isStale(sea.agesMin[field]) ? null : sea[field]), sea.agesMin);
}

function isSame(one: SetEvent, other: SetEvent): boolean {
  const settings = ({ t: _, tauS: __, ...rest }: SetEvent) => JSON.stringify(rest);
  return settings(one) === settings(other);
}
