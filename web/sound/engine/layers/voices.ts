// Limit on simultaneous voices, and the choice of the voice to end early.

import { ringS } from "../../timbre/ring.ts";
import { cancellingTauS } from "../glides.ts";

/** A bell, knock or ping that has not ended. */
export type Voice = {
  atS: number;
  endS: number;
  gainDb: number;
  gain: GainNode;
  sources: readonly (AudioBufferSourceNode | OscillatorNode)[];
};

/** Max simultaneous voices; a listener cannot distinguish more. */
const maxVoices = 24;
const stealingTauS = 0.02;
/** Time constants after which a fade is complete. */
const fadeTaus = 7;

/**
 * Limits the number of simultaneous voices.
 * @param now returns the context's time, in seconds
 */
export function createVoices(now: () => number) {
  let voices: Voice[] = [];
  let stolen = 0;

  return {
    /** Ends the quietest voice at `atS` if the limit is reached. */
    makeRoomForOne(atS: number): void {
      voices = voices.filter(({ endS }) => endS > now());
      const sounding = voices.filter((voice) => voice.atS <= atS && voice.endS > atS);
      if (sounding.length < maxVoices) return;
      const loudness = (voice: Voice) => voice.gainDb - (60 * (atS - voice.atS)) / ringS;
      const quietest = sounding.reduce((a, b) => (loudness(b) < loudness(a) ? b : a));
      stolen++;
      end(quietest, atS, stealingTauS);
    },
    /** Starts a voice's sources, and stops them at its end. */
    start(voice: Voice): void {
      for (const source of voice.sources) {
        source.start(voice.atS);
        source.stop(voice.endS);
      }
      voices.push(voice);
    },
    /** Fades the current voices and cancels those that have not started. */
    cancelFrom(atS: number): void {
      for (const voice of voices) end(voice, atS, cancellingTauS);
    },
    /** Number of voices cut short. */
    get stolen() {
      return stolen;
    },
  };
}

/** Ends a voice at `atS` with a fade. A voice that starts later is cancelled. */
function end(voice: Voice, atS: number, tauS: number): void {
  if (voice.endS <= atS) return;
  if (voice.atS < atS) {
    voice.gain.gain.setTargetAtTime(0, atS, tauS);
    voice.endS = Math.min(voice.endS, atS + fadeTaus * tauS);
  } else {
    voice.endS = voice.atS;
  }
  for (const source of voice.sources) source.stop(voice.endS);
}
