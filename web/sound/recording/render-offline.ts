// Renders a score's events, for tools that measure the sound.

import { createEngine } from "../engine/engine.ts";
import { soundSampleRate } from "../sample-rate.ts";
import { type Layer, layers, type SoundEvent } from "../sound-event.ts";
import { makeWaveforms, type Waveforms } from "../timbre/waveforms.ts";

/** How to render; a tool sets what it wants to hear apart from the rest. */
type RenderOptions = {
  /** Whether the room is heard. */
  reverb?: boolean;
  /** Levels of the layers, 0..1; 1 where none is given. */
  levels?: Partial<Record<Layer, number>>;
  /** Else they are made here, which takes a moment. */
  waveforms?: Waveforms;
};

/** So much of the score is scheduled at a time: all voices of an hour at once would slow down each of its moments. */
const aheadS = 10;

let made: Waveforms | null = null;

/**
 * Renders a score's events to stereo samples: with the very engine that plays them live, so that only the clock differs.
 * @param events in order; their `t` counts from the beginning of the render
 * @returns the sound, and how many strokes were cut short
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
  // Firefox cannot pause a render; there all is scheduled at once.
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
  made ??= makeWaveforms(soundSampleRate);
  return made;
}
