// The bells' striking places: one at the start, the others after the first bell.

import type { SoundEvent } from "../sound-event.ts";
import type { Waveforms } from "../timbre/waveforms.ts";
import { addOtherPlaces } from "./engine-loader.ts";

/** Follows which striking places the bells have. */
export type StrikingPlaces = {
  /** Sets the waveforms of the engine. */
  use(waveforms: Waveforms): void;
  /** Returns an event as the waveforms made so far can sound it. */
  playable(event: SoundEvent): SoundEvent;
  /** Makes the other places, once; the first bell must not wait for them. */
  addOthers(): void;
};

/** Creates the striking places of a player, which has no waveforms yet. */
export function createStrikingPlaces(): StrikingPlaces {
  let waveforms: Waveforms | null = null;
  let isAdding = false;
  return {
    use(made) {
      waveforms = made;
    },
    playable: (event) => (event.type === "bell" && !waveforms?.places ? { ...event, place: 0 } : event),
    addOthers() {
      if (isAdding || waveforms === null) return;
      isAdding = true;
      addOtherPlaces(waveforms).catch((error) => console.info("the bells keep one striking place:", error));
    },
  };
}
