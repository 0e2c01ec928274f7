import { Filter, Gain, getContext, getDestination, Limiter, Panner, Reverb, ToneBufferSource } from "tone";
import { bellWaveform, knockWaveform, waveformHz } from "./bell-waveform.ts";
import type { Strike } from "./mapping.ts";

/** What makes the bells audible. It is loaded only after a click, since loading Tone creates an AudioContext. */
export type Bells = {
  /** To be called from within a click: a browser else stays silent. */
  resume(): void;
  readonly running: boolean;
  /** Sounds a bell at once. @returns when it sounds, as of `performance.now()` */
  ring(strike: Strike): number;
  /** @param volume 0..1, as a slider shows it */
  setVolume(volume: number): void;
};

/** More than these at once are not told apart; the oldest makes room. */
const mostVoices = 20;
const roomFadeS = 0.02;
/** Time for the audio thread to take over, so that no stroke loses its beginning. */
const leadS = 0.02;

const softestDb = -28;
const hardestDb = -8;
const knockDb = 2;
const bowedDb = -16;
const bowedSwellS = 0.35;
const stoppedAfterS = 0.25;
const stoppedFadeS = 0.12;

/** @param onRunning told whenever sound begins or ceases to be possible */
export function createBells(onRunning: (running: boolean) => void): Bells {
  const context = getContext();
  context.on("statechange", () => onRunning(context.state === "running"));

  const volume = new Gain(1).connect(new Limiter(-2).connect(getDestination()));
  const room = new Gain(0.3).connect(new Reverb({ decay: 4, preDelay: 0.02, wet: 1 }).connect(volume));
  const waveforms = new Map<number | null, AudioBuffer>();
  const voices = new Set<ToneBufferSource>();

  /** Made when first needed: a few milliseconds each. */
  function waveform(hz: number | null): AudioBuffer {
    const known = waveforms.get(hz);
    if (known) return known;
    const samples = hz === null ? knockWaveform() : bellWaveform(hz);
    const buffer = context.createBuffer(1, samples.length, waveformHz);
    buffer.copyToChannel(samples, 0);
    waveforms.set(hz, buffer);
    return buffer;
  }

  function makeRoom(): void {
    const [oldest] = voices;
    if (voices.size < mostVoices || oldest === undefined) return;
    voices.delete(oldest);
    oldest.fadeOut = roomFadeS;
    oldest.stop(context.currentTime);
  }

  return {
    resume() {
      // Rejects only where the page is going away.
      context.resume().catch(() => {});
    },
    get running() {
      return context.state === "running";
    },
    ring(strike) {
      makeRoom();
      const { hz, pan, ringSeconds } = strike;
      const bowed = strike.hardness === null;
      const source = new ToneBufferSource({ url: waveform(hz), fadeIn: bowed ? bowedSwellS : 0 });
      const brightness = new Filter({ frequency: cutoffHz(strike), rolloff: -12, Q: 0 });
      const level = new Gain(levelDb(strike), "decibels");
      const place = new Panner(pan ?? 0);
      source.chain(brightness, level, place);
      place.connect(room);
      if (pan !== null) place.connect(volume);

      const at = context.currentTime + leadS;
      source.start(at);
      if (ringSeconds === null) {
        source.fadeOut = stoppedFadeS;
        source.stop(at + stoppedAfterS + (bowed ? bowedSwellS : 0));
      } else {
        source.fadeOut = ringSeconds * 0.6;
        source.stop(at + ringSeconds * 0.4);
      }
      voices.add(source);
      source.onended = () => {
        voices.delete(source);
        for (const node of [brightness, level, place]) node.dispose();
      };
      return performance.now() + (at - context.currentTime) * 1000;
    },
    setVolume(wanted) {
      // Squared: what an ear takes for half lies far below half.
      volume.gain.rampTo(wanted ** 2, 0.05);
    },
  };
}

function levelDb({ hz, hardness }: Strike): number {
  const level = hardness === null ? bowedDb : softestDb + (hardestDb - softestDb) * hardness;
  return hz === null ? level + knockDb : level;
}

/** A hard stroke wakes the high partials, a soft one little more than the strike note. */
function cutoffHz({ hz, hardness }: Strike): number {
  return (hz ?? 500) * 2 ** (0.4 + 2.6 * (hardness ?? 0.2));
}
