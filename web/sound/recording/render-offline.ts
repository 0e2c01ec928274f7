import { createEngine } from "../engine/engine.ts";
import { type Preset, presetChoices } from "../preset.ts";
import type { Layer, SoundEvent } from "../sound-event.ts";
import { makeWaveforms, type Waveforms } from "../timbre/waveforms.ts";

export type RenderOptions = {
  sampleRate?: number;
  preset?: Preset;
  /** Whether the room is heard; else as the preset says. */
  reverb?: boolean;
  /** Levels of the layers, 0..1; 1 where none is given. */
  levels?: Partial<Record<Layer, number>>;
  /** Else they are made here, which takes a moment. */
  waveforms?: Waveforms;
  /** When the render begins, by the clock of what was heard live: then the noises are those that were heard. */
  beginS?: number;
};

const usualSampleRate = 48_000;
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
  options: RenderOptions = {},
): Promise<{ buffer: AudioBuffer; stolen: number }> {
  const { sampleRate = usualSampleRate, preset = "harbour", levels = {}, beginS = 0 } = options;
  const context = new OfflineAudioContext(2, Math.ceil(seconds * sampleRate), sampleRate);
  const waveforms = options.waveforms ?? ownWaveforms(sampleRate);
  const engine = createEngine(context, context.destination, waveforms, { beginS });
  engine.setReverb(options.reverb ?? presetChoices[preset].reverb);
  for (const [layer, level] of Object.entries(levels)) engine.setLayerLevel(layer as Layer, level);

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

function ownWaveforms(sampleRate: number): Waveforms {
  if (made?.sampleRate !== sampleRate) made = makeWaveforms(sampleRate);
  return made;
}
