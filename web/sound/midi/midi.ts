import type { Layer, SoundEvent } from "../sound-event.ts";

/** One message of a MIDI cable; it is due `afterS` seconds after its event sounds. */
export type MidiMessage = { bytes: number[]; afterS: number };

/** The channel of each voice, as musicians count them: 1..16. docs/midi.md tells the same in words. */
export const midiChannels = {
  waves: 1,
  wind: 2,
  pressure: 3,
  water: 4,
  lighthouse: 5,
  /** In turn, since a channel's pitch bend is that of all its notes, and bells ring into each other. */
  bells: [6, 7, 8, 9],
  knock: 10,
  bowed: [11, 12],
} as const;

/** A synthesizer's bend range where nobody set another, in cents up and down. */
const bendRangeCents = 200;
const bendCentre = 0x2000;

const control = { flutter: 1, pan: 10, level: 11, cutoff: 74, throb: 76, allSoundOff: 120, allNotesOff: 123 } as const;

/** Levels in decibels become 0..127 over this range; what lies at its bottom is silent. */
const quietestDb = -60;

const cutoffHz = { lowest: 50, octaves: 4 };
const windHz = { lowest: 400, octaves: 4 };
const throbHz = { lowest: 0.1, octaves: 7 };

/** The notes that hold as long as a layer is heard: A1, A3 and A2, roots of the bells' scale. */
const wavesNote = 33;
const windNote = 57;
const pressureNote = 45;
/** Hi Wood Block of General MIDI's drums. */
const knockNote = 76;

/** Of what holds, and of a crest of mean height: crests are up to 14 % higher or lower. */
const usualVelocity = 100;

const bellS = 4;
const bowedS = 5;
const pingS = 0.2;
const knockS = 0.1;
const crestShare = 0.6;

/**
 * Turns the score into notes and controllers. It remembers which notes hold and whose turn it is, nothing else: no clock, no
 * device.
 */
export function createMidiMapping(): (event: SoundEvent) => MidiMessage[] {
  const held = new Map<Layer, number>();
  let bellsRung = 0;
  let bowedRung = 0;

  return (event) => {
    switch (event.type) {
      case "set":
        return set(event);
      case "crest":
        return note(
          midiChannels.waves,
          wavesNote,
          Math.round(event.amplitude * usualVelocity),
          event.periodS * crestShare,
        );
      case "bell":
        return tuned(takeTurn(midiChannels.bells, bellsRung++), event.hz, event.hardness, event.pan, bellS);
      case "bowed":
        return tuned(
          takeTurn(midiChannels.bowed, bowedRung++),
          event.hz,
          fromDb(event.gainDb) / 127,
          event.pan,
          bowedS,
        );
      case "knock":
        return [
          pan(midiChannels.knock, event.pan),
          ...note(midiChannels.knock, knockNote, fromDb(event.gainDb), knockS),
        ];
      case "ping":
        return tuned(midiChannels.lighthouse, event.hz, fromDb(event.gainDb) / 127, event.pan, pingS);
      case "introduce":
        return [];
    }
  };

  function set(event: SoundEvent & { type: "set" }): MidiMessage[] {
    const level = fromDb(event.gainDb);
    switch (event.layer) {
      case "waves":
        return [
          controller(midiChannels.waves, control.level, level),
          controller(midiChannels.waves, control.cutoff, inOctaves(event.cutoffHz, cutoffHz)),
        ];
      case "wind":
        return [
          controller(midiChannels.wind, control.level, level),
          controller(midiChannels.wind, control.cutoff, inOctaves(event.centreHz, windHz)),
          controller(midiChannels.wind, control.flutter, share(event.gust)),
          pan(midiChannels.wind, event.pan),
          ...hold("wind", midiChannels.wind, level === 0 ? null : windNote),
        ];
      case "pressure":
        return [
          controller(midiChannels.pressure, control.level, level),
          controller(midiChannels.pressure, control.throb, inOctaves(event.throbHz, throbHz)),
          ...hold("pressure", midiChannels.pressure, level === 0 ? null : pressureNote),
        ];
      case "water":
        return [controller(midiChannels.water, control.level, level), ...glass(event.hz, level)];
    }
  }

  /** A small change of temperature bends the note that holds; a large one needs another. */
  function glass(hz: number, level: number): MidiMessage[] {
    if (level === 0) return hold("water", midiChannels.water, null);
    const present = held.get("water");
    const reachable = present !== undefined && Math.abs(noteOf(hz) - present) * 100 <= bendRangeCents;
    const key = reachable ? present : nearestNote(hz);
    return [bend(midiChannels.water, hz, key), ...hold("water", midiChannels.water, key)];
  }

  /** The new note begins before the old one ends, so that a synthesizer may glide. */
  function hold(layer: Layer, channel: number, key: number | null): MidiMessage[] {
    const present = held.get(layer);
    if (present === (key ?? undefined)) return [];
    if (key === null) held.delete(layer);
    else held.set(layer, key);
    return [
      ...(key === null ? [] : [noteOn(channel, key, usualVelocity)]),
      ...(present === undefined ? [] : [noteOff(channel, present, 0)]),
    ];
  }
}

/** Ends every sound of a MIDI device, also of one that does not know the first of the two messages. */
export function silenceMessages(): MidiMessage[] {
  const channels = Array.from({ length: 16 }, (_, i) => i + 1);
  return channels.flatMap((channel) => [
    controller(channel, control.allNotesOff, 0),
    controller(channel, control.allSoundOff, 0),
  ]);
}

/** What ends the note that a message begins; `null` for one that begins none. */
export function noteOffOf(bytes: readonly number[]): number[] | null {
  const [status = 0, key = 0] = bytes;
  return (status & 0xf0) === 0x90 ? [0x80 | (status & 0x0f), key, 0] : null;
}

function tuned(channel: number, hz: number, strength: number, panned: number, seconds: number): MidiMessage[] {
  const key = nearestNote(hz);
  return [pan(channel, panned), bend(channel, hz, key), ...note(channel, key, share(strength), seconds)];
}

function note(channel: number, key: number, velocity: number, seconds: number): MidiMessage[] {
  return [noteOn(channel, key, velocity), noteOff(channel, key, seconds)];
}

/** A velocity of 0 would end the note. */
function noteOn(channel: number, key: number, velocity: number): MidiMessage {
  return { bytes: [0x90 | (channel - 1), key, Math.max(1, velocity)], afterS: 0 };
}

function noteOff(channel: number, key: number, afterS: number): MidiMessage {
  return { bytes: [0x80 | (channel - 1), key, 0], afterS };
}

function controller(channel: number, number: number, value: number): MidiMessage {
  return { bytes: [0xb0 | (channel - 1), number, value], afterS: 0 };
}

/** -1..1 as 0..127, with 64 in the middle, as General MIDI has it. */
function pan(channel: number, position: number): MidiMessage {
  return controller(channel, control.pan, Math.max(0, Math.min(127, Math.round(64 + position * 63))));
}

/** What is left between a key and the pitch that is meant. */
function bend(channel: number, hz: number, key: number): MidiMessage {
  const cents = (noteOf(hz) - key) * 100;
  const value = Math.max(0, Math.min(0x3fff, Math.round(bendCentre * (1 + cents / bendRangeCents))));
  return { bytes: [0xe0 | (channel - 1), value & 0x7f, value >> 7], afterS: 0 };
}

/** In semitones, 69 is A4 = 440 Hz; with a fraction. */
function noteOf(hz: number): number {
  return 69 + 12 * Math.log2(hz / 440);
}

function nearestNote(hz: number): number {
  return Math.max(0, Math.min(127, Math.round(noteOf(hz))));
}

/** 0..1 as 0..127. */
function share(value: number): number {
  return Math.round(Math.max(0, Math.min(1, value)) * 127);
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
