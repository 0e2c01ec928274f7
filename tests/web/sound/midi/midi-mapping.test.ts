// Unit tests of the mapping from score events to MIDI messages.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { createMidiMapping, usedChannels } from "../../../../web/sound/midi/midi-mapping.ts";
import { type MidiMessage, silenceMessages } from "../../../../web/sound/midi/midi-messages.ts";
import type { SoundEvent } from "../../../../web/sound/sound-event.ts";

setDefaultTimeout(120_000);

const bell = (hz: number, hardness = 0.5, pan = 0): SoundEvent => ({
  t: 0,
  type: "bell",
  hz,
  hardness,
  gainDb: -30,
  pan,
});
const water = (hz: number, gainDb = -25): SoundEvent => ({ t: 0, type: "set", layer: "water", gainDb, hz });

const kinds: Record<number, string> = { 128: "off", 144: "on", 176: "control", 224: "bend" };

/** Decodes a message into kind, channel (from 1) and data. */
function read({ bytes, afterS }: MidiMessage) {
  const [status = 0, first = 0, second = 0] = bytes;
  return { kind: kinds[status & 0xf0], channel: (status & 0x0f) + 1, first, second, afterS };
}

/**
 * Returns the pitch that a synthesizer plays, in cents above MIDI note 0, with the default bend range of two semitones.
 */
function pitchCents(messages: MidiMessage[]): number {
  const all = messages.map(read);
  const bend = all.find(({ kind }) => kind === "bend");
  const on = all.find(({ kind }) => kind === "on");
  return (on?.first ?? Number.NaN) * 100 + (((bend?.first ?? 0) + ((bend?.second ?? 0) << 7) - 8192) / 8192) * 200;
}

const centsOf = (hz: number) => 6900 + 1200 * Math.log2(hz / 440);

describe("bells as notes", () => {
  test("each bell has the exact pitch of the sound: the nearest note and a bend", () => {
    const toMessages = createMidiMapping();
    for (const hz of [220, 247.5, 275, 330, 366.67, 1000.3, 1760]) {
      expect(Math.abs(pitchCents(toMessages(bell(hz))) - centsOf(hz))).toBeLessThan(0.05);
    }
  });

  test("harder strokes have a higher velocity, east is right, and every note ends", () => {
    const toMessages = createMidiMapping();
    const [soft, hard] = [0.1, 0.9].map((hardness) => toMessages(bell(220, hardness, 0.85)).map(read));
    const velocity = (messages = soft) => messages?.find(({ kind }) => kind === "on")?.second ?? 0;
    expect(velocity(hard)).toBeGreaterThan(velocity(soft));
    expect(hard?.find(({ kind, first }) => kind === "control" && first === 10)?.second).toBe(118);
    expect(hard?.find(({ kind }) => kind === "off")?.afterS).toBeGreaterThan(1);
  });

  test("a bell does not bend another one that still rings", () => {
    const toMessages = createMidiMapping();
    const channels = [220, 247.5, 275, 330, 220].map(
      (hz) => read(toMessages(bell(hz))[0] ?? { bytes: [], afterS: 0 }).channel,
    );
    expect(channels).toEqual([6, 7, 8, 9, 6]);
  });

  test("the softest bell is still a note, since velocity 0 would end it", () => {
    const on = createMidiMapping()(bell(220, 0))
      .map(read)
      .find(({ kind }) => kind === "on");
    expect(on?.second).toBe(1);
  });

  test("a missing value knocks on the drum channel", () => {
    const messages = createMidiMapping()({ t: 0, type: "knock", gainDb: -24, pan: 0 }).map(read);
    expect(messages.find(({ kind }) => kind === "on")).toMatchObject({ channel: 10, first: 76 });
  });
});

describe("the sea as controllers", () => {
  test("stronger wind has a higher level and cut-off, with flutter and direction", () => {
    const toMessages = createMidiMapping();
    const wind = (gainDb: number, centreHz: number): SoundEvent => ({
      t: 0,
      type: "set",
      layer: "wind",
      gainDb,
      centreHz,
      q: 2,
      pan: -0.85,
      gust: 0.5,
    });
    const controls = (event: SoundEvent) =>
      Object.fromEntries(
        toMessages(event)
          .map(read)
          .filter(({ kind }) => kind === "control")
          .map(({ first, second }) => [first, second]),
      );
    const [light, strong] = [controls(wind(-31, 800)), controls(wind(-16, 3_400))];
    expect(strong[11]).toBeGreaterThan(light[11] ?? 127);
    expect(strong[74]).toBeGreaterThan(light[74] ?? 127);
    expect(strong[1]).toBe(64);
    expect(strong[10]).toBe(10);
  });

  test("a faster throb has a higher controller value", () => {
    const toMessages = createMidiMapping();
    const throb = (throbHz: number) =>
      toMessages({ t: 0, type: "set", layer: "pressure", gainDb: -20, throbHz })
        .map(read)
        .find(({ first }) => first === 76)?.second;
    expect([throb(0), throb(0.15), throb(0.6), throb(2.4)]).toEqual([0, 11, 47, 83]);
  });

  test("a note lasts 0.6 of its wave's period, and higher waves have a higher velocity", () => {
    const toMessages = createMidiMapping();
    const [on, off] = toMessages({ t: 0, type: "crest", periodS: 10, amplitude: 1 }).map(read);
    expect(on).toMatchObject({ kind: "on", channel: 1, first: 33, second: 100 });
    expect(off).toMatchObject({ kind: "off", afterS: 6 });
    const velocities = [0.86, 1.13, 1.14].map(
      (amplitude) => toMessages({ t: 0, type: "crest", periodS: 10, amplitude }).map(read)[0]?.second,
    );
    expect(velocities).toEqual([86, 113, 114]);
  });

  test("the glass holds one note, bends it for small changes and takes another for large ones", () => {
    const toMessages = createMidiMapping();
    const held: number[] = [];
    for (const hz of [440, 466, 880]) {
      const messages = toMessages(water(hz)).map(read);
      for (const { kind, first } of messages) {
        if (kind === "on") held.push(first);
        if (kind === "off") held.splice(held.indexOf(first), 1);
      }
    }
    expect(held).toEqual([81]);
    expect(
      toMessages(water(880))
        .map(read)
        .filter(({ kind }) => kind === "on" || kind === "off"),
    ).toEqual([]);
  });

  test("a layer without a value ends its note and starts no other", () => {
    const toMessages = createMidiMapping();
    toMessages(water(440));
    const silent = toMessages(water(440, -100)).map(read);
    expect(silent.filter(({ kind }) => kind !== "control")).toEqual([
      { kind: "off", channel: 4, first: 69, second: 0, afterS: 0 },
    ]);
    expect(
      toMessages(water(440, -100))
        .map(read)
        .filter(({ kind }) => kind !== "control"),
    ).toEqual([]);
  });

  test("silence ends all notes on the channels that bellbuoy plays, and on no other", () => {
    const channels = silenceMessages(usedChannels)
      .map(read)
      .filter(({ first }) => first === 123)
      .map(({ channel }) => channel);
    expect(channels).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  });
});
