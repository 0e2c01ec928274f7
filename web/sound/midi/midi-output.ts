// Output to a MIDI device through the Web MIDI API.

import type { SoundEvent } from "../sound-event.ts";
import { createMidiMapping, usedChannels } from "./midi-mapping.ts";
import { isNoteOff, noteOffOf, silenceMessages } from "./midi-messages.ts";

/** A MIDI device, or a program with a virtual MIDI port. */
type MidiPort = { id: string; name: string };

/** Sends score events to MIDI devices. */
export type MidiOut = {
  readonly ports: MidiPort[];
  /** Sends the score to this port from now on and silences the previous one. `null`: to no port. */
  choose(portId: string | null): void;
  /**
   * Sends an event; skips notes that are more than 250 ms late.
   * @param atMs time of the sound, of `performance.now()`
   */
  send(event: SoundEvent, atMs: number): void;
  /**
   * Ends the notes that are due before `atMs`, of `performance.now()`. Call it a few times a second, with a time until
   * which all events were sent.
   */
  endNotes(atMs: number): void;
  /** Ends all notes, including those sent ahead. For a pause, a new score, or the end of the page. */
  silence(): void;
};

/** The message that ends a note, and the time of its start or end. */
type NoteOff = { noteOff: number[]; atMs: number };

/** Min distance between messages that must keep their order. */
const apartMs = 1;
/** Notes later than this are skipped; a blocked page has many of them. */
const tooLateMs = 250;

/**
 * Opens the MIDI devices of this machine. The browser may ask the user for permission.
 * @param onPorts called when a device is connected or disconnected
 * @returns the output, or why there is none: the browser does not support MIDI, or forbids it for this page
 */
export async function openMidi(
  onPorts: (ports: MidiPort[]) => void,
): Promise<MidiOut | { problem: "unsupported" | "forbidden" }> {
  if (!("requestMIDIAccess" in navigator)) {
    return { problem: "unsupported" };
  }
  try {
    return createMidiOut(await navigator.requestMIDIAccess(), onPorts);
  } catch {
    return { problem: "forbidden" };
  }
}

function createMidiOut(access: MIDIAccess, onPorts: (ports: MidiPort[]) => void): MidiOut {
  let chosen: MIDIOutput | null = null;
  let toMessages = createMidiMapping();
  /** Note-offs of notes sent ahead that have not started: no browser can cancel a sent message. */
  let ahead: NoteOff[] = [];
  /**
   * Note-offs that wait until they are due. No browser can cancel a sent message, and the note-off of an older note
   * would end a newer one of the same channel and key.
   */
  let waiting: NoteOff[] = [];
  let sentUntilMs = 0;
  /** Earliest time for the next layer states: after the last sent message, which could otherwise end or change them. */
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
      endNotes(dueMs);
      ahead = ahead.filter((note) => note.atMs > nowMs);
      sentUntilMs = Math.max(sentUntilMs, dueMs);
      for (const { bytes, afterS } of toMessages(event)) {
        const noteOff = noteOffOf(bytes);
        if (noteOff) begin({ noteOff, atMs: dueMs });
        if (isNoteOff(bytes) && afterS > 0) waiting.push({ noteOff: bytes, atMs: dueMs + afterS * 1000 });
        else sendTo(bytes, dueMs);
      }
    },
    endNotes,
    silence,
  };

  function ports(): MidiPort[] {
    const connected = [...access.outputs.values()].filter(({ state }) => state === "connected");
    return connected.map(({ id, name }) => ({ id, name: name ?? id }));
  }

  /** Ends an older note of the same channel and key now, so that its own note-off cannot end the new one. */
  function begin(note: NoteOff): void {
    const older = waiting.filter(({ noteOff }) => isSameNote(noteOff, note.noteOff));
    waiting = waiting.filter((other) => !older.includes(other));
    if (older.length > 0) sendTo(note.noteOff, note.atMs);
    ahead.push(note);
  }

  function endNotes(untilMs: number): void {
    for (const { noteOff, atMs } of waiting) if (atMs <= untilMs) sendTo(noteOff, atMs);
    waiting = waiting.filter(({ atMs }) => atMs > untilMs);
  }

  /** Ends all notes. Notes sent ahead are ended one by one, since a second All Notes Off would also end new notes. */
  function silence(): void {
    const nowMs = performance.now();
    for (const { bytes } of silenceMessages(usedChannels)) sendTo(bytes, nowMs);
    for (const { noteOff, atMs } of ahead) if (atMs > nowMs) sendTo(noteOff, atMs + apartMs);
    ahead = [];
    waiting = [];
    statesFromMs = sentUntilMs + 2 * apartMs;
    toMessages = createMidiMapping();
  }

  function sendTo(bytes: number[], atMs: number): void {
    // `send` throws on a disconnected device; the sound of the page must continue.
    if (chosen?.state === "connected") chosen.send(bytes, atMs);
  }
}

function isSameNote(one: readonly number[], other: readonly number[]): boolean {
  return one[0] === other[0] && one[1] === other[1];
}
