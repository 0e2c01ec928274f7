import { createMidiMapping, type MidiMessage, silenceMessages } from "./midi.ts";
import type { SoundEvent } from "./sound-event.ts";

/** A MIDI device, or a program that looks like one. */
export type MidiPort = { id: string; name: string };

/** The way out to MIDI devices. */
export type MidiOut = {
  readonly ports: MidiPort[];
  /** The score goes to this port from now on; the one before it falls silent. `null`: to none. */
  choose(portId: string | null): void;
  /** @param atMs when the event sounds, of `performance.now()` */
  send(event: SoundEvent, atMs: number): void;
  /** Ends all notes: at a pause, at a new score, when the page goes. */
  silence(): void;
};

/** Events are told up to so far ahead; what was sent and not yet played is silenced once more after it. */
const sentAheadMs = 2_000;

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
  access.onstatechange = () => onPorts(ports());

  return {
    get ports() {
      return ports();
    },
    choose(portId) {
      silence();
      chosen = portId === null ? null : (access.outputs.get(portId) ?? null);
    },
    send(event, atMs) {
      for (const message of toMessages(event)) give(message, atMs);
    },
    silence,
  };

  function ports(): MidiPort[] {
    const connected = [...access.outputs.values()].filter(({ state }) => state === "connected");
    return connected.map(({ id, name }) => ({ id, name: name ?? id }));
  }

  function silence(): void {
    const nowMs = performance.now();
    for (const message of silenceMessages()) {
      give(message, nowMs);
      give(message, nowMs + sentAheadMs);
    }
    toMessages = createMidiMapping();
  }

  function give({ bytes, afterS }: MidiMessage, atMs: number): void {
    // A device that was pulled out throws; the sound of the page goes on.
    if (chosen?.state === "connected") chosen.send(bytes, atMs + afterS * 1000);
  }
}
