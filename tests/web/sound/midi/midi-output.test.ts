// Unit tests of the MIDI output: messages sent ahead, pauses and the end of the page.

import { afterAll, beforeEach, describe, expect, setDefaultTimeout, spyOn, test } from "bun:test";
import { type MidiOut, openMidi } from "../../../../web/sound/midi/midi-output.ts";
import type { SoundEvent } from "../../../../web/sound/sound-event.ts";

setDefaultTimeout(120_000);

/** A fake synthesizer: it plays each message at its time. */
type Synthesizer = { port: MIDIOutput; clear(): void; soundingAt(ms: number): string[]; levelAt(ms: number): number };

function synthesizer(): Synthesizer {
  const sent: { bytes: number[]; atMs: number }[] = [];
  const dueBy = (ms: number) => sent.filter(({ atMs }) => atMs <= ms).toSorted((a, b) => a.atMs - b.atMs);
  return {
    port: {
      id: "1",
      name: "Synthesizer",
      state: "connected",
      send: (bytes: number[], atMs: number) => sent.push({ bytes, atMs }),
    } as unknown as MIDIOutput,
    clear: () => sent.splice(0),
    /** Returns the keys that sound at a time, as "channel:key". */
    soundingAt(ms) {
      const keys = new Set<string>();
      for (const { bytes } of dueBy(ms)) {
        const [status = 0, first = 0] = bytes;
        const channel = `${(status & 0x0f) + 1}:`;
        if (status >> 4 === 9) keys.add(channel + first);
        if (status >> 4 === 8) keys.delete(channel + first);
        if (status >> 4 === 11 && first >= 120) for (const key of keys) if (key.startsWith(channel)) keys.delete(key);
      }
      return [...keys].sort();
    },
    /** Returns the level of the wind's channel. */
    levelAt: (ms) => dueBy(ms).findLast(({ bytes }) => bytes[0] === 0xb1 && bytes[1] === 11)?.bytes[2] ?? 0,
  };
}

const calmWind: SoundEvent = { t: 0, type: "set", layer: "wind", gainDb: -30, centreHz: 900, q: 2, pan: 0, gust: 0 };
const wind = (gainDb: number): SoundEvent => ({ ...calmWind, gainDb });
const pressure: SoundEvent = { t: 0, type: "set", layer: "pressure", gainDb: -18, throbHz: 1 };
const water = (hz: number): SoundEvent => ({ t: 0, type: "set", layer: "water", gainDb: -29, hz });
const bell: SoundEvent = { t: 0, type: "bell", hz: 440, hardness: 0.5, gainDb: -20, pan: 0 };
const held = ["2:57", "3:45", "4:69"];

describe("MIDI", () => {
  const before = Object.getOwnPropertyDescriptor(navigator, "requestMIDIAccess");
  // A fixed time, however long a test takes.
  const time = spyOn(performance, "now").mockReturnValue(60_000);
  let device: Synthesizer;
  let midi: MidiOut;

  beforeEach(async () => {
    device = synthesizer();
    const access = { outputs: new Map([[device.port.id, device.port]]) };
    Object.defineProperty(navigator, "requestMIDIAccess", { configurable: true, value: async () => access });
    midi = (await openMidi(() => {})) as MidiOut;
    midi.choose(device.port.id);
    device.clear();
  });
  afterAll(() => {
    time.mockRestore();
    if (before) Object.defineProperty(navigator, "requestMIDIAccess", before);
    else Reflect.deleteProperty(navigator, "requestMIDIAccess");
  });

  function send(atMs: number, ...events: SoundEvent[]): void {
    for (const event of events) midi.send(event, atMs);
  }

  test("holds the notes of a new score after the old one was silenced", () => {
    const now = performance.now();
    send(now, wind(-20), pressure, water(440));
    midi.silence();
    send(performance.now() + 30, wind(-30), pressure, water(440));
    expect(device.soundingAt(now + 60_000)).toEqual(held);
  });

  test("keeps the new score's notes and levels despite messages sent ahead", () => {
    const now = performance.now();
    send(now, wind(-20), pressure, water(880));
    // The water changes its note, the wind rises.
    send(now + 1_500, water(440), wind(-10));
    midi.silence();
    send(performance.now() + 30, wind(-30), pressure, water(880));
    expect(device.soundingAt(now + 60_000)).toEqual(["2:57", "3:45", "4:81"]);
    expect(device.levelAt(now + 60_000)).toBe(64);
  });

  test("ends notes sent ahead when a pause starts", () => {
    const now = performance.now();
    send(now + 200, pressure, bell);
    send(now + 1_400, wind(-20), bell);
    midi.silence();
    for (const atMs of [100, 203, 1_000, 1_403, 3_000]) expect(device.soundingAt(now + atMs)).toEqual([]);
  });

  test("skips late notes, but sends the state of the sea", () => {
    const now = performance.now();
    send(now - 1_000, bell, pressure);
    expect(device.soundingAt(now)).toEqual(["3:45"]);
  });

  test("an older note's end does not end a newer note of the same channel and key", () => {
    const now = performance.now();
    // Four channels in turn: the fifth bell has the channel of the first.
    for (let index = 0; index < 5; index++) send(now + 670 * index, bell);
    midi.endNotes(now + 60_000);
    expect(device.soundingAt(now + 4_100)).toContain("6:69");
    expect(device.soundingAt(now + 6_600)).toEqual(["6:69"]);
    expect(device.soundingAt(now + 60_000)).toEqual([]);
  });

  test("ends a note when it is due, also if nothing else sounds", () => {
    const now = performance.now();
    send(now, bell);
    midi.endNotes(now + 3_900);
    expect(device.soundingAt(now + 60_000)).toEqual(["6:69"]);
    midi.endNotes(now + 4_100);
    expect(device.soundingAt(now + 60_000)).toEqual([]);
  });

  test("ends all notes when the user leaves the page", () => {
    send(performance.now(), pressure);
    dispatchEvent(new Event("pagehide"));
    expect(device.soundingAt(performance.now() + 1)).toEqual([]);
  });
});
