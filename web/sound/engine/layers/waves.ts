// The wave layer: swell, foam and the crests that pass through both.

import type { EventOf, SetEvent } from "../../sound-event.ts";
import type { Waveforms } from "../../timbre/waveforms.ts";
import type { OutputNode } from "../../tone.ts";
import { fromDb } from "../gain.ts";
import { connectChain, type Nodes } from "../nodes.ts";
import { createFollowing } from "./following.ts";

/** Where the swell's two sides stand. */
const swellPan = 0.7;
/** Two filters that are together one of Butterworth's, with 24 dB an octave; Q in dB. */
const butterworthQDb = [-5.3, 2.3] as const;
const swellTrough = 0.22;
const foamTrough = 0.06;
/** Without a period there are no crests; the swell stays as loud as it is on average. */
const swellStill = 0.5;
const foamStill = 0.3;

/** Makes two rumbles that know nothing of each other, left and right, and foam; the same waves pass through both. */
export function createWaves(nodes: Nodes, waveforms: Waveforms, output: OutputNode) {
  const swell = nodes.coarseGain(0);
  const swellCrest = nodes.coarseGain(swellStill);
  connectChain(swellCrest, swell, output);
  const cutoffs = waveforms.swell.flatMap((samples, side) => {
    const filters = butterworthQDb.map((q) => nodes.filter("lowpass", 200, q));
    const pan = nodes.panner(side === 0 ? -swellPan : swellPan);
    connectChain(nodes.loop(samples, waveforms.sampleRate), ...filters, pan, swellCrest);
    return filters.map((filter) => nodes.glideOf(filter.frequency));
  });
  const foam = nodes.coarseGain(0);
  const foamCrest = nodes.coarseGain(foamStill);
  connectChain(nodes.loop(waveforms.foam, waveforms.sampleRate), foamCrest, foam, output);
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
        // Else a wave that is under way would still go to its trough, and the sea would stay there.
        if (!isStill) for (const wave of [swellWave, foamWave]) wave.holdFrom(atS);
        swellWave.to(swellStill, atS, levelTauS);
        foamWave.to(foamStill, atS, levelTauS);
      }
      isStill = still === true;
      swellLevel.to(fromDb(gainDb), atS, levelTauS);
      foamLevel.to(fromDb(foamDb), atS, levelTauS);
      for (const cutoff of cutoffs) cutoff.to(cutoffHz, atS, colourTauS);
    },
    /** A wave rises faster than it falls, and breaks when it is highest. */
    crest({ periodS, amplitude }: EventOf<"crest">, atS: number) {
      // It was to come when the sea became still.
      if (isStill) return;
      swellWave.to(amplitude, atS, 0.16 * periodS);
      swellWave.to(swellTrough, atS + 0.38 * periodS, 0.2 * periodS);
      foamWave.to(amplitude, atS + 0.12 * periodS, 0.1 * periodS);
      foamWave.to(foamTrough, atS + 0.42 * periodS, 0.12 * periodS);
    },
  };
}
