// The mapping of score events to MIDI channels, notes and controllers.

import type { EventOf, Layer, SetEvent, SoundEvent } from "../sound-event.ts";
import {
  bend,
  bendRangeCents,
  control,
  controller,
  type MidiMessage,
  nearestNote,
  note,
  noteOf,
  noteOff,
  noteOn,
  pan,
  share,
} from "./midi-messages.ts";

/** MIDI channel of each voice, 1..16. docs/midi.md has the same table. */
const midiChannels = {
  waves: 1,
  wind: 2,
  pressure: 3,
  water: 4,
  lighthouse: 5,
  /** Used in turn: a pitch bend applies to a whole channel, and bells overlap. */
  bells: [6, 7, 8, 9],
  knock: 10,
  bowed: [11, 12],
} as const;

/** All channels that bellbuoy plays on. */
export const usedChannels: readonly number[] = Object.values(midiChannels).flat();

/** Bottom of the level scale: from this level (0, silent) to 0 dB (127). */
const quietestDb = -60;

const cutoffHz = { lowest: 50, octaves: 4 };
const windHz = { lowest: 400, octaves: 4 };
const throbHz = { lowest: 0.1, octaves: 7 };

/** Held notes of the layers: A1, A3 and A2, roots of the bells' scale. */
const wavesNote = 33;
const windNote = 57;
const pressureNote = 45;
/** Hi Wood Block of General MIDI's drums. */
const knockNote = 76;

/** Velocity of held notes and of an average crest; crests vary by up to 14 %. */
const usualVelocity = 100;

const bellS = 4;
const bowedS = 5;
const pingS = 0.2;
const knockS = 0.1;
const crestShare = 0.6;

/**
 * Makes a function that maps score events to MIDI messages. It keeps the held notes and the next channel in the
 * rotation; it uses no clock and no device.
 */
export function createMidiMapping(): (event: SoundEvent) => MidiMessage[] {
  const layerMessages = createLayerMapping();
  let bellsRung = 0;
  let bowedRung = 0;

  return (event) => {
    switch (event.type) {
      case "set":
        return layerMessages(event);
      case "crest":
        return crestMessages(event);
      case "bell": {
        const channel = takeTurn(midiChannels.bells, bellsRung++);
        return tuned(channel, event.hz, event.hardness, event.pan, bellS);
      }
      case "bowed": {
        const channel = takeTurn(midiChannels.bowed, bowedRung++);
        return tuned(channel, event.hz, fromDb(event.gainDb) / 127, event.pan, bowedS);
      }
      case "knock": {
        const velocity = fromDb(event.gainDb);
        return [pan(midiChannels.knock, event.pan), ...note(midiChannels.knock, knockNote, velocity, knockS)];
      }
      case "ping":
        return tuned(midiChannels.lighthouse, event.hz, fromDb(event.gainDb) / 127, event.pan, pingS);
      case "introduce":
      case "lead":
      case "light":
        return [];
    }
  };
}

function crestMessages({ amplitude, periodS }: EventOf<"crest">): MidiMessage[] {
  return note(midiChannels.waves, wavesNote, Math.round(amplitude * usualVelocity), periodS * crestShare);
}

/** Maps layer settings to controllers, and to notes held while a layer is audible. */
function createLayerMapping(): (event: SetEvent) => MidiMessage[] {
  const hold = createHeldNotes();

  return (event) => {
    const level = fromDb(event.gainDb);
    const channel = midiChannels[event.layer];
    const levelled = controller(channel, control.level, level);
    switch (event.layer) {
      case "waves":
        return [levelled, controller(channel, control.cutoff, inOctaves(event.cutoffHz, cutoffHz))];
      case "wind":
        return [
          levelled,
          controller(channel, control.cutoff, inOctaves(event.centreHz, windHz)),
          controller(channel, control.flutter, share(event.gust)),
          pan(channel, event.pan),
          ...hold.to("wind", level === 0 ? null : windNote),
        ];
      case "pressure":
        return [
          levelled,
          controller(channel, control.throb, inOctaves(event.throbHz, throbHz)),
          ...hold.to("pressure", level === 0 ? null : pressureNote),
        ];
      case "water":
        return [levelled, ...(level === 0 ? hold.to("water", null) : hold.toPitch("water", event.hz))];
    }
  };
}

/** A layer that holds a note. */
type HoldingLayer = Exclude<SetEvent["layer"], "waves">;

/** Makes the held notes, at most one per layer. */
function createHeldNotes() {
  const held = new Map<Layer, number>();

  /** Starts the new note before the old one ends, so that a synthesizer can glide. */
  function to(layer: HoldingLayer, key: number | null): MidiMessage[] {
    const present = held.get(layer);
    if (present === (key ?? undefined)) return [];
    if (key === null) held.delete(layer);
    else held.set(layer, key);
    return [
      ...(key === null ? [] : [noteOn(midiChannels[layer], key, usualVelocity)]),
      ...(present === undefined ? [] : [noteOff(midiChannels[layer], present, 0)]),
    ];
  }

  return {
    to,
    /** Bends the held note for a small change of pitch; starts another note for a large one. */
    toPitch(layer: HoldingLayer, hz: number): MidiMessage[] {
      const present = held.get(layer);
      const reachable = present !== undefined && Math.abs(noteOf(hz) - present) * 100 <= bendRangeCents;
      const key = reachable ? present : nearestNote(hz);
      return [bend(midiChannels[layer], hz, key), ...to(layer, key)];
    },
  };
}

function tuned(channel: number, hz: number, strength: number, panned: number, seconds: number): MidiMessage[] {
  const key = nearestNote(hz);
  return [pan(channel, panned), bend(channel, hz, key), ...note(channel, key, share(strength), seconds)];
}

function fromDb(gainDb: number): number {
  return share(1 - gainDb / quietestDb);
}

function inOctaves(hz: number, range: { lowest: number; octaves: number }): number {
  return share(Math.log2(Math.max(hz, range.lowest) / range.lowest) / range.octaves);
}

function takeTurn(channels: readonly number[], turn: number): number {
  return channels[turn % channels.length] ?? midiChannels.knock;
}
