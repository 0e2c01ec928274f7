// Offline rendering of score events, for tools that measure the sound.

import { createEngine } from "../engine/engine.ts";
import { soundSampleRate } from "../sample-rate.ts";
import { type Layer, layers, type SoundEvent } from "../sound-event.ts";
import { makeOtherPlaces } from "../timbre/bell.ts";
import { makeWaveforms, type Waveforms } from "../timbre/waveforms.ts";

/** Render options; a tool can isolate one layer. */
type RenderOptions = {
  /** Whether the reverb is on. */
  reverb?: boolean;
  /** Levels of the layers, 0..1; default 1. */
  levels?: Partial<Record<Layer, number>>;
  /** Waveforms to use; without them this file makes them once. */
  waveforms?: Waveforms;
};

/** Seconds of the score scheduled at a time: all voices of an hour at once would slow down the whole render. */
const aheadS = 10;

let made: Waveforms | null = null;

/**
 * Renders score events to stereo samples. The engine is the same as for live sound; only the clock differs.
 * @param events in order; their `t` counts from the start of the render
 * @returns the sound, and the number of strokes cut short
 */
export async function renderOffline(
  events: readonly SoundEvent[],
  seconds: number,
  { reverb = true, levels = {}, waveforms = ownWaveforms() }: RenderOptions = {},
): Promise<{ buffer: AudioBuffer; stolen: number }> {
  const context = new OfflineAudioContext(2, Math.ceil(seconds * soundSampleRate), soundSampleRate);
  const engine = createEngine(context, context.destination, waveforms);
  engine.setReverb(reverb);
  for (const layer of layers) {
    const level = levels[layer];
    if (level !== undefined) engine.setLayerLevel(layer, level);
  }

  let next = 0;
  const scheduleUntil = (untilS: number) => {
    for (let event = events[next]; event && event.t < untilS; event = events[++next]) engine.play(event, 0);
  };
  // Firefox cannot suspend an offline render, so all events are scheduled at once.
  if ("suspend" in context) {
    scheduleUntil(2 * aheadS);
    for (let atS = aheadS; atS < seconds; atS += aheadS) {
      void context.suspend(atS).then(() => {
        scheduleUntil(atS + 2 * aheadS);
        return context.resume();
      });
    }
  } else {
    scheduleUntil(Number.POSITIVE_INFINITY);
  }
  const buffer = await context.startRendering();
  return { buffer, stolen: engine.stolen };
}

function ownWaveforms(): Waveforms {
  made ??= { ...makeWaveforms(soundSampleRate), places: makeOtherPlaces(soundSampleRate) };
  return made;
}
