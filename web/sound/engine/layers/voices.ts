// How many strikes sound at once, and which one makes room.

import { ringS } from "../../timbre/ring.ts";
import { cancellingTauS } from "../glides.ts";

/** Something that was struck and has not ended. */
export type Voice = {
  atS: number;
  endS: number;
  gainDb: number;
  gain: GainNode;
  sources: readonly (AudioBufferSourceNode | OscillatorNode)[];
};

/** More than these at once are not told apart. */
const mostVoices = 24;
const stealingTauS = 0.02;
/** After so many time constants a fade is over. */
const fadeEnds = 7;

/** Keeps count of what rings, so that only so much does at once. @param now the context's time, in seconds */
export function createVoices(now: () => number) {
  let voices: Voice[] = [];
  let stolen = 0;

  return {
    /** Of those that sound at a moment, the quietest makes room for one more. */
    makeRoomForOne(atS: number): void {
      voices = voices.filter(({ endS }) => endS > now());
      const sounding = voices.filter((voice) => voice.atS <= atS && voice.endS > atS);
      if (sounding.length < mostVoices) return;
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
    /** What sounds fades, what was to come does not sound. */
    cancelFrom(atS: number): void {
      for (const voice of voices) end(voice, atS, cancellingTauS);
    },
    /** How many voices were cut short. */
    get stolen() {
      return stolen;
    },
  };
}

/** A voice that has not begun by then never does. */
function end(voice: Voice, atS: number, tauS: number): void {
  if (voice.endS <= atS) return;
  if (voice.atS < atS) {
    voice.gain.gain.setTargetAtTime(0, atS, tauS);
    voice.endS = Math.min(voice.endS, atS + fadeEnds * tauS);
  } else {
    voice.endS = voice.atS;
  }
  for (const source of voice.sources) source.stop(voice.endS);
}
