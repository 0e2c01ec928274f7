// The way to a MIDI device.

import type { SoundEvent } from "../sound-event.ts";
import { createMidiMapping } from "./midi-mapping.ts";
import { noteOffOf, silenceMessages } from "./midi-messages.ts";

/** A MIDI device, or a program that looks like one. */
type MidiPort = { id: string; name: string };

/** The way out to MIDI devices. */
export type MidiOut = {
  readonly ports: MidiPort[];
  /** The score goes to this port from now on; the one before it falls silent. `null`: to none. */
  choose(portId: string | null): void;
  /** @param atMs when the event sounds, of `performance.now()`; a note that is long over is left out */
  send(event: SoundEvent, atMs: number): void;
  /** Ends all notes, also those that were sent ahead: at a pause, at a new score, when the page goes. */
  silence(): void;
};

/** So far apart are messages that must not change places on their way. */
const apartMs = 1;
/** A note that is later than this is long over for the ear; a page that was held up has many of them. */
const tooLateMs = 250;

/**
 * Asks for the MIDI devices of this machine, which the browser may ask the person about.
 * @param onPorts told whenever a device comes or goes
 * @returns the way out, or a sentence that says why there is none
 */
export async function openMidi(onPorts: (ports: MidiPort[]) => void): Promise<MidiOut | { problem: string }> {
  if (!("requestMIDIAccess" in navigator)) {
    return { problem: "This browser cannot speak MIDI. Chrome, Edge, Opera and Firefox can." };
  }
  try {
    return createMidiOut(await navigator.requestMIDIAccess(), onPorts);
  } catch {
    return { problem: "MIDI is not allowed for this page. The browser's settings for this site can allow it." };
  }
}

function createMidiOut(access: MIDIAccess, onPorts: (ports: MidiPort[]) => void): MidiOut {
  let chosen: MIDIOutput | null = null;
  let toMessages = createMidiMapping();
  /** Of the notes that were sent and may not have begun: no browser takes back what was sent. */
  let ahead: { noteOff: number[]; atMs: number }[] = [];
  let sentUntilMs = 0;
  /** What the layers are next waits for the last that was sent, which would end or change it else. */
  let statesFromMs = 0;
  access.onstatechange = () => onPorts(ports());
  addEventListener("pagehide", silence);

  return {
    get ports() {
      return ports();
    },
    choose(portId) {
      silence();
      chosen = portId === null ? null : (access.outputs.get(portId) ?? null);
    },
    send(event, atMs) {
      const nowMs = performance.now();
      const isState = event.type === "set";
      if (!isState && atMs < nowMs - tooLateMs) return;
      const dueMs = isState ? Math.max(atMs, statesFromMs) : atMs;
      ahead = ahead.filter((note) => note.atMs > nowMs);
      sentUntilMs = Math.max(sentUntilMs, dueMs);
      for (const { bytes, afterS } of toMessages(event)) {
        const noteOff = noteOffOf(bytes);
        if (noteOff) ahead.push({ noteOff, atMs: dueMs });
        give(bytes, dueMs + afterS * 1000);
      }
    },
    silence,
  };

  function ports(): MidiPort[] {
    const connected = [...access.outputs.values()].filter(({ state }) => state === "connected");
    return connected.map(({ id, name }) => ({ id, name: name ?? id }));
  }

  /** Each note that was sent ahead is ended on its own: to silence all once more would end what has begun since. */
  function silence(): void {
    const nowMs = performance.now();
    for (const { bytes } of silenceMessages()) give(bytes, nowMs);
    for (const { noteOff, atMs } of ahead) if (atMs > nowMs) give(noteOff, atMs + apartMs);
    ahead = [];
    statesFromMs = sentUntilMs + 2 * apartMs;
    toMessages = createMidiMapping();
  }

  function give(bytes: number[], atMs: number): void {
    // A device that was pulled out throws; the sound of the page goes on.
    if (chosen?.state === "connected") chosen.send(bytes, atMs);
  }
}
