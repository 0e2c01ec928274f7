import { bellNotesHz } from "../mapping.ts";
import type { SoundEvent } from "../sound-event.ts";
import { ringS, type Waveforms } from "../timbre/waveforms.ts";
import { connect } from "../tone.ts";
import { fromDb, type Nodes } from "./nodes.ts";
import { farRoom, nearRoom } from "./room.ts";

/** What is struck and rings by itself. */
export type StrikeEvent = Extract<SoundEvent, { type: "bell" | "bowed" | "knock" | "ping" }>;

type Source = AudioBufferSourceNode | OscillatorNode;
/** Something that was struck and has not ended. */
type Voice = { atS: number; endS: number; gainDb: number; gain: GainNode; sources: Source[] };
type Input = Parameters<typeof connect>[1];

/** More than these at once are not told apart. */
const mostVoices = 24;
const stealingTauS = 0.02;
const cancellingTauS = 0.05;
/** After so many time constants a fade is over. */
const fadeEnds = 7;

/** An ear takes a high bell for louder than a low one: by so much it is turned down, as a power of the pitch. */
const bellLoudness = 0.12;
const referenceHz = 440;

const pingRiseS = 0.012;
const pingHoldS = 0.02;
const pingTauS = 0.035;
const pingS = 0.3;

/** Bells, knocks and pings, of which only so many sound at once. */
export function createStrikes(
  { context, now, once }: Nodes,
  waveforms: Waveforms,
  outputs: { bells: Input; lighthouse: Input; far: Input },
) {
  let voices: Voice[] = [];
  let stolen = 0;

  return {
    strike(event: StrikeEvent, atS: number): void {
      voices = voices.filter(({ endS }) => endS > now());
      makeRoomForOne(atS);
      const gain = context.createGain();
      const place = context.createStereoPanner();
      place.pan.value = event.pan;
      gain.connect(place);
      connect(place, event.type === "ping" ? outputs.lighthouse : outputs.bells);
      const far = event.type === "ping" || !event.room ? null : context.createGain();
      if (far && event.type !== "ping") {
        far.gain.value = (event.room ?? 0) * (farRoom - nearRoom);
        place.connect(far);
        connect(far, outputs.far);
      }
      const { sources, seconds } = sourcesOf(event, gain, atS);
      const voice = { atS, endS: atS + seconds, gainDb: event.gainDb, gain, sources };
      for (const source of sources) {
        source.start(atS);
        source.stop(voice.endS);
      }
      const [longest] = sources;
      longest?.addEventListener("ended", () => {
        place.disconnect();
        far?.disconnect();
      });
      voices.push(voice);
    },
    /** What sounds fades, what was to come does not sound. */
    cancelFrom(atS: number) {
      for (const voice of voices) end(voice, atS, cancellingTauS);
    },
    get stolen() {
      return stolen;
    },
  };

  /** Connects what sounds to the voice's gain, and sets that. The first source rings longest. */
  function sourcesOf(event: StrikeEvent, gain: GainNode, atS: number): { sources: Source[]; seconds: number } {
    const level = fromDb(event.gainDb);
    switch (event.type) {
      case "bell": {
        const { body, brightness, rate } = bellFor(event.hz);
        gain.gain.value = level * (referenceHz / event.hz) ** bellLoudness;
        const bright = context.createGain();
        bright.gain.value = event.hardness;
        bright.connect(gain);
        const soft = play(body, rate, gain);
        return {
          sources: [soft, play(brightness, rate, bright)],
          seconds: body.length / waveforms.sampleRate / rate,
        };
      }
      case "bowed": {
        const { bowed, rate } = bellFor(event.hz);
        gain.gain.value = level * (referenceHz / event.hz) ** bellLoudness;
        return { sources: [play(bowed, rate, gain)], seconds: bowed.length / waveforms.sampleRate / rate };
      }
      case "knock":
        gain.gain.value = level;
        return {
          sources: [play(waveforms.knock, 1, gain)],
          seconds: waveforms.knock.length / waveforms.sampleRate,
        };
      case "ping": {
        const oscillator = context.createOscillator();
        oscillator.frequency.value = event.hz;
        oscillator.connect(gain);
        gain.gain.value = 0;
        gain.gain.setValueAtTime(0, atS);
        gain.gain.linearRampToValueAtTime(level, atS + pingRiseS);
        gain.gain.setTargetAtTime(0, atS + pingHoldS, pingTauS);
        return { sources: [oscillator], seconds: pingS };
      }
    }
  }

  function play(samples: Float32Array<ArrayBuffer>, rate: number, into: AudioNode): AudioBufferSourceNode {
    return once(samples, waveforms.sampleRate, rate, into);
  }

  /** The nearest of the sixteen bells; it is played faster or slower where the exact pitch is wanted. */
  function bellFor(hz: number) {
    const distance = (noteHz: number) => Math.abs(Math.log(noteHz / hz));
    const nearest = bellNotesHz.reduce((best, noteHz, index) => {
      return distance(noteHz) < distance(bellNotesHz[best] ?? 0) ? index : best;
    }, 0);
    const [strokes, bowed] = [waveforms.bells[nearest], waveforms.bowed[nearest]];
    if (!strokes || !bowed) throw new RangeError("the waveforms have no bell for each note");
    return { ...strokes, bowed, rate: hz / (bellNotesHz[nearest] ?? hz) };
  }

  /** Of those that sound at a moment, the quietest makes room. */
  function makeRoomForOne(atS: number): void {
    const sounding = voices.filter((voice) => voice.atS <= atS && voice.endS > atS);
    if (sounding.length < mostVoices) return;
    const loudness = (voice: Voice) => voice.gainDb - (60 * (atS - voice.atS)) / ringS;
    const quietest = sounding.reduce((a, b) => (loudness(b) < loudness(a) ? b : a));
    stolen++;
    end(quietest, atS, stealingTauS);
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
}
