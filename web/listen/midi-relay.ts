import type { Clock } from "../../shared/clock.ts";
import type { MidiOut } from "../sound/midi/midi-output.ts";
import type { Layer, SoundEvent } from "../sound/sound-event.ts";

/** Sends what sounds to MIDI, too. */
export type MidiRelay = {
  /** @param atMs when it sounds, of {@link Clock.monotonicMs} */
  send(event: SoundEvent, atMs: number): void;
  /** Sends how the layers are now: each is told when it changes, which may be an hour from now. */
  sendLayers(): void;
  silence(): void;
  /** Another programme begins. */
  restart(): void;
  /** Sends to this from now on; to be called again for another port. */
  open(midi: MidiOut): void;
};

/** Makes a relay that sends nothing until it is opened. */
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
