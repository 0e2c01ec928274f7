// Builders for the MIDI messages that the mapping uses.

import { clamp } from "../../../shared/numbers.ts";

/** One MIDI message. It is due `afterS` seconds after its event sounds. */
export type MidiMessage = { bytes: number[]; afterS: number };

/** Default bend range of synthesizers, in cents up and down. */
export const bendRangeCents = 200;
const bendCentre = 0x2000;

/** Controller numbers; docs/midi.md explains each. */
export const control = {
  flutter: 1,
  pan: 10,
  level: 11,
  cutoff: 74,
  throb: 76,
  allSoundOff: 120,
  allNotesOff: 123,
} as const;

/**
 * Returns messages that end all sounds of these channels; other programs may play on the others. They include both All
 * Notes Off and All Sound Off, since some devices support only one.
 */
export function silenceMessages(channels: readonly number[]): MidiMessage[] {
  return channels.flatMap((channel) => [
    controller(channel, control.allNotesOff, 0),
    controller(channel, control.allSoundOff, 0),
  ]);
}

/** Returns the note-off message for a note-on message; `null` for any other message. */
export function noteOffOf(bytes: readonly number[]): number[] | null {
  const [status = 0, key = 0] = bytes;
  return (status & 0xf0) === 0x90 ? [0x80 | (status & 0x0f), key, 0] : null;
}

/** Returns whether a message ends a note. */
export function isNoteOff([status = 0]: readonly number[]): boolean {
  return (status & 0xf0) === 0x80;
}

/** Returns a note and its end. */
export function note(channel: number, key: number, velocity: number, seconds: number): MidiMessage[] {
  return [noteOn(channel, key, velocity), noteOff(channel, key, seconds)];
}

/** Returns a note-on message. The velocity is at least 1, because 0 would end the note. */
export function noteOn(channel: number, key: number, velocity: number): MidiMessage {
  return { bytes: [0x90 | (channel - 1), key, Math.max(1, velocity)], afterS: 0 };
}

/** Returns a note-off message. */
export function noteOff(channel: number, key: number, afterS: number): MidiMessage {
  return { bytes: [0x80 | (channel - 1), key, 0], afterS };
}

/**
 * Returns a controller message.
 * @param value 0..127
 */
export function controller(channel: number, number: number, value: number): MidiMessage {
  return { bytes: [0xb0 | (channel - 1), number, value], afterS: 0 };
}

/** Returns a pan message: -1..1 becomes 0..127, with 64 in the middle, as in General MIDI. */
export function pan(channel: number, position: number): MidiMessage {
  return controller(channel, control.pan, clamp(Math.round(64 + position * 63), 0, 127));
}

/** Returns a pitch bend from a key to the exact pitch. */
export function bend(channel: number, hz: number, key: number): MidiMessage {
  const cents = (noteOf(hz) - key) * 100;
  const value = clamp(Math.round(bendCentre * (1 + cents / bendRangeCents)), 0, 0x3fff);
  return { bytes: [0xe0 | (channel - 1), value & 0x7f, value >> 7], afterS: 0 };
}

/** Returns a frequency as a MIDI note number, with a fraction; 69 is A4 = 440 Hz. */
export function noteOf(hz: number): number {
  return 69 + 12 * Math.log2(hz / 440);
}

/** Returns the key (0..127) nearest to a frequency. */
export function nearestNote(hz: number): number {
  return clamp(Math.round(noteOf(hz)), 0, 127);
}

/** Maps 0..1 to 0..127. */
export function share(value: number): number {
  return Math.round(clamp(value, 0, 1) * 127);
}
