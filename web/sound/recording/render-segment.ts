// Rendering of one segment of the recorded sound.

import type { createEngine, Engine } from "../engine/engine.ts";
import type { Waveforms } from "../timbre/waveforms.ts";
import type { JournalEntry, Segment } from "./journal.ts";

/**
 * Renders a segment with the same engine calls as in live playback.
 * @returns left and right, from the segment's start to its end
 */
export async function renderSegment(
  { beginS, endS, before, entries }: Segment,
  waveforms: Waveforms,
  create: typeof createEngine,
): Promise<Float32Array[]> {
  const { sampleRate } = waveforms;
  const context = new OfflineAudioContext(2, Math.round((endS - beginS) * sampleRate), sampleRate);
  const engine = create(context, context.destination, waveforms, { beginS });
  let momentS = 0;
  // Sliders move at the context's current time, but an offline context has none before it renders. So this code sets
  // `currentTime` itself: suspending an offline context works in Chromium only.
  Object.defineProperty(context, "currentTime", { configurable: true, get: () => momentS });
  for (const entry of before) repeat(engine, entry, entry.atS - beginS);
  for (const entry of entries) {
    momentS = entry.atS - beginS;
    repeat(engine, entry, momentS);
  }
  Reflect.deleteProperty(context, "currentTime");
  const buffer = await context.startRendering();
  return [buffer.getChannelData(0), buffer.getChannelData(1)];
}

function repeat(engine: Engine, entry: JournalEntry, atS: number): void {
  switch (entry.kind) {
    case "event":
      engine.play({ ...entry.event, t: 0 }, atS);
      break;
    case "level":
      engine.setLayerLevel(entry.layer, entry.level);
      break;
    case "reverb":
      engine.setReverb(entry.on);
      break;
    case "switch":
      engine.cancelFrom(atS);
  }
}
