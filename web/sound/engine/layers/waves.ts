// The wave layer: swell, foam and the crests that modulate both.

import { noiseSampleRate, slowSampleRate } from "../../sample-rate.ts";
import type { EventOf, SetEvent } from "../../sound-event.ts";
import type { Waveforms } from "../../timbre/waveforms.ts";
import type { OutputNode } from "../../tone.ts";
import { fromDb } from "../gain.ts";
import { connectChain, type Nodes } from "../nodes.ts";
import { createFollowing } from "./following.ts";

/** Pan of the two swell noises, left and right. */
const swellPan = 0.7;
/** Q values (dB) of two filters in series: a Butterworth low-pass with 24 dB per octave. */
const butterworthQDb = [-5.3, 2.3] as const;
const swellTrough = 0.22;
const foamTrough = 0.06;
/** Levels without a wave period: no crests, so the average level. */
const swellStill = 0.5;
const foamStill = 0.3;

/** Makes two independent swell noises, left and right, and foam. The crests modulate all three. */
export function createWaves(nodes: Nodes, waveforms: Waveforms, output: OutputNode) {
  const swell = nodes.coarseGain(0);
  const swellCrest = nodes.coarseGain(swellStill);
  connectChain(swellCrest, swell, output);
  const cutoffs = waveforms.swell.flatMap((samples, side) => {
    const filters = butterworthQDb.map((q) => nodes.filter("lowpass", 200, q));
    const pan = nodes.panner(side === 0 ? -swellPan : swellPan);
    connectChain(nodes.loop(samples, slowSampleRate), ...filters, pan, swellCrest);
    return filters.map((filter) => nodes.glideOf(filter.frequency));
  });
  const foam = nodes.coarseGain(0);
  const foamCrest = nodes.coarseGain(foamStill);
  connectChain(nodes.loop(waveforms.foam, noiseSampleRate), foamCrest, foam, output);
  const [swellLevel, foamLevel] = [nodes.levelOf(swell), nodes.levelOf(foam)];
  const [swellWave, foamWave] = [nodes.glideOf(swellCrest.gain), nodes.glideOf(foamCrest.gain)];
  const following = createFollowing();
  let isStill = false;
  return {
    silence() {
      following.silence();
      isStill = false;
    },
    set({ gainDb, foamDb, cutoffHz, still, tauS }: SetEvent<"waves">, atS: number) {
      const { colourTauS, levelTauS } = following.next(gainDb, tauS);
      if (still) {
        // Stops the current wave; it would otherwise end in its trough and stay there.
        if (!isStill) for (const wave of [swellWave, foamWave]) wave.holdFrom(atS);
        swellWave.to(swellStill, atS, levelTauS);
        foamWave.to(foamStill, atS, levelTauS);
      }
      isStill = still === true;
      swellLevel.to(fromDb(gainDb), atS, levelTauS);
      foamLevel.to(fromDb(foamDb), atS, levelTauS);
      for (const cutoff of cutoffs) cutoff.to(cutoffHz, atS, colourTauS);
    },
    /** Schedules a wave: it rises faster than it falls and breaks at its top. */
    crest({ periodS, amplitude }: EventOf<"crest">, atS: number) {
      // The crest was scheduled before the sea became still.
      if (isStill) return;
      swellWave.to(amplitude, atS, 0.16 * periodS);
      swellWave.to(swellTrough, atS + 0.38 * periodS, 0.2 * periodS);
      foamWave.to(amplitude, atS + 0.12 * periodS, 0.1 * periodS);
      foamWave.to(foamTrough, atS + 0.42 * periodS, 0.12 * periodS);
    },
  };
}
