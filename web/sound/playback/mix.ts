// Levels of the layers and the reverb, as set by the listener.

import type { Engine } from "../engine/engine.ts";
import type { Journal } from "../recording/journal.ts";
import type { Layer } from "../sound-event.ts";

/** The listener's settings. They are stored before the engine exists and applied to it later. */
export type Mix = {
  /** @param level 0..1 */
  setLayerLevel(layer: Layer, level: number): void;
  setReverb(on: boolean): void;
  /** Applies all settings to an engine, and later changes too. */
  applyTo(engine: Engine): void;
};

/**
 * Makes a mix with all layers at 1 and the reverb on.
 * @param nowS returns the engine's time in seconds, for the journal
 */
export function createMix(journal: Journal, nowS: () => number): Mix {
  const levels = new Map<Layer, number>();
  let reverb = true;
  let engine: Engine | null = null;

  return {
    setLayerLevel(layer, level) {
      if (levels.get(layer) === level) return;
      levels.set(layer, level);
      applyLevel(layer, level);
    },
    setReverb(on) {
      if (reverb === on) return;
      reverb = on;
      applyReverb();
    },
    applyTo(made) {
      engine = made;
      for (const [layer, level] of levels) applyLevel(layer, level);
      applyReverb();
    },
  };

  function applyLevel(layer: Layer, level: number): void {
    if (!engine) return;
    engine.setLayerLevel(layer, level);
    journal.add({ kind: "level", layer, level, atS: nowS() });
  }

  function applyReverb(): void {
    if (!engine) return;
    engine.setReverb(reverb);
    journal.add({ kind: "reverb", on: reverb, atS: nowS() });
  }
}
