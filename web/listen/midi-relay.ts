// Sends sound events to a MIDI output at the time they sound.

import type { Clock } from "../../shared/clock.ts";
import type { MidiOut } from "../sound/midi/midi-output.ts";
import type { Layer, SoundEvent } from "../sound/sound-event.ts";

/** Sends sound events to a MIDI output. */
export type MidiRelay = {
  /** Sends an event at its time. @param atMs of {@link Clock.monotonicMs} */
  send(event: SoundEvent, atMs: number): void;
  /** Sends the current layer levels: a level is otherwise sent only when it changes, perhaps an hour later. */
  sendLayers(): void;
  /** Ends the notes that are due before a time. @param untilMs of {@link Clock.monotonicMs} */
  endNotes(untilMs: number): void;
  silence(): void;
  /** Resets for another programme. */
  restart(): void;
  /** Uses this output from now on; may be called again for another port. */
  open(midi: MidiOut): void;
};

/** Makes a relay that sends nothing until `open` is called. */
export function createMidiRelay(clock: Clock): MidiRelay {
  let midi: MidiOut | null = null;
  const layersNow = new Map<Layer, SoundEvent>();
  return {
    send(event, atMs) {
      if (event.type === "set") layersNow.set(event.layer, event);
      midi?.send(event, atMs);
    },
    sendLayers() {
      for (const layer of layersNow.values()) midi?.send(layer, clock.monotonicMs());
    },
    endNotes: (untilMs) => midi?.endNotes(untilMs),
    silence: () => midi?.silence(),
    restart() {
      midi?.silence();
      layersNow.clear();
    },
    open(opened) {
      midi = opened;
    },
  };
}
