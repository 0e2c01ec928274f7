// Short sounds: bells, knocks and the lighthouse's pings.

import { bellNotesHz } from "../../mapping.ts";
import type { EventOf } from "../../sound-event.ts";
import type { Waveforms } from "../../timbre/waveforms.ts";
import { connect, type InputNode } from "../../tone.ts";
import { fromDb } from "../gain.ts";
import type { Nodes } from "../nodes.ts";
import { farRoom, nearRoom } from "../room.ts";
import { createVoices, type Voice } from "./voices.ts";

/** An event with a short sound that ends by itself. */
type StrikeEvent = EventOf<"bell" | "bowed" | "knock" | "ping">;

/** The sources of a voice and its length; the first source is the longest. */
type Struck = { sources: Voice["sources"]; seconds: number };

/** Exponent that lowers the level of high bells, since they sound louder than low ones. */
const bellLoudness = 0.12;
const referenceHz = 440;

const pingRiseS = 0.012;
const pingHoldS = 0.02;
const pingTauS = 0.035;
const pingS = 0.3;

/** Makes bells, knocks and pings, with a limit on simultaneous voices. */
export function createStrikes(
  nodes: Nodes,
  waveforms: Waveforms,
  outputs: { bells: InputNode; lighthouse: InputNode; far: InputNode },
) {
  const { context } = nodes;
  const voices = createVoices(nodes.now);
  const bells = createBells(nodes, waveforms);

  return {
    strike(event: StrikeEvent, atS: number): void {
      voices.makeRoomForOne(atS);
      const gain = context.createGain();
      const place = context.createStereoPanner();
      place.pan.value = event.pan;
      gain.connect(place);
      connect(place, event.type === "ping" ? outputs.lighthouse : outputs.bells);
      const far = sendFar(place, event);
      const { sources, seconds } = strikeInto(gain, event, atS);
      voices.start({ atS, endS: atS + seconds, gainDb: event.gainDb, gain, sources });
      sources[0]?.addEventListener("ended", () => {
        place.disconnect();
        far?.disconnect();
      });
    },
    cancelFrom: voices.cancelFrom,
    get stolen() {
      return voices.stolen;
    },
  };

  /** Sends more of a distant sound to the reverb. */
  function sendFar(place: AudioNode, event: StrikeEvent): GainNode | null {
    if (event.type === "ping" || !event.room) return null;
    const far = context.createGain();
    far.gain.value = event.room * (farRoom - nearRoom);
    place.connect(far);
    connect(far, outputs.far);
    return far;
  }

  /** Connects the sources to the voice's gain and sets its level. */
  function strikeInto(gain: GainNode, event: StrikeEvent, atS: number): Struck {
    switch (event.type) {
      case "bell":
        return bells.ring(gain, event);
      case "bowed":
        return bells.bow(gain, event);
      case "knock": {
        const { knock, sampleRate } = waveforms;
        gain.gain.value = fromDb(event.gainDb);
        const { rate = 1 } = event;
        return { sources: [nodes.once(knock, sampleRate, rate, gain)], seconds: knock.length / sampleRate / rate };
      }
      case "ping":
        return ping(context, gain, event, atS);
    }
  }
}

function createBells({ context, once }: Nodes, waveforms: Waveforms) {
  const { bells, bowed, sampleRate } = waveforms;
  return {
    /** Plays a struck bell; a harder stroke adds more of the bright samples, which depend on the striking place. */
    ring(gain: GainNode, { hz, hardness, place = 0, gainDb }: EventOf<"bell">): Struck {
      const { note, rate } = nearestNote(hz);
      const { body, brightness: usual } = forNote(bells, note);
      const brightness = waveforms.places?.[place - 1]?.[note] ?? usual;
      gain.gain.value = levelOf(hz, gainDb);
      const bright = context.createGain();
      bright.gain.value = hardness;
      bright.connect(gain);
      const sources = [once(body, sampleRate, rate, gain), once(brightness, sampleRate, rate, bright)];
      return { sources, seconds: body.length / sampleRate / rate };
    },
    bow(gain: GainNode, { hz, gainDb }: EventOf<"bowed">): Struck {
      const { note, rate } = nearestNote(hz);
      const samples = forNote(bowed, note);
      gain.gain.value = levelOf(hz, gainDb);
      return { sources: [once(samples, sampleRate, rate, gain)], seconds: samples.length / sampleRate / rate };
    },
  };
}

/** Returns the nearest of the 16 bells, and the playback rate for the exact pitch. */
function nearestNote(hz: number): { note: number; rate: number } {
  const distance = (noteHz: number) => Math.abs(Math.log(noteHz / hz));
  const note = bellNotesHz.reduce(
    (best, noteHz, index) => (distance(noteHz) < distance(bellNotesHz[best] ?? 0) ? index : best),
    0,
  );
  return { note, rate: hz / (bellNotesHz[note] ?? hz) };
}

function forNote<T>(samples: readonly T[], note: number): T {
  const found = samples[note];
  if (!found) throw new RangeError(`the waveforms have no bell for note ${note}`);
  return found;
}

function levelOf(hz: number, gainDb: number): number {
  return fromDb(gainDb) * (referenceHz / hz) ** bellLoudness;
}

function ping(context: BaseAudioContext, into: GainNode, { hz, gainDb }: EventOf<"ping">, atS: number): Struck {
  const oscillator = context.createOscillator();
  oscillator.frequency.value = hz;
  oscillator.connect(into);
  into.gain.value = 0;
  into.gain.setValueAtTime(0, atS);
  into.gain.linearRampToValueAtTime(fromDb(gainDb), atS + pingRiseS);
  into.gain.setTargetAtTime(0, atS + pingHoldS, pingTauS);
  return { sources: [oscillator], seconds: pingS };
}
