// The worker that makes the waveforms.

import { makeOtherPlaces } from "./bell.ts";
import { buffersOf, makeWaveforms } from "./waveforms.ts";

/**
 * The message to the worker. It replies with the result of {@link makeWaveforms} or, without a seed, of
 * {@link makeOtherPlaces}, transferred without a copy.
 */
export type WaveformRequest = { sampleRate: number; seed?: number };

self.addEventListener("message", ({ data: { sampleRate, seed } }: MessageEvent<WaveformRequest>) => {
  if (seed === undefined) {
    const places = makeOtherPlaces(sampleRate);
    self.postMessage(places, { transfer: places.flat().map(({ buffer }) => buffer) });
    return;
  }
  const waveforms = makeWaveforms(sampleRate, seed);
  self.postMessage(waveforms, { transfer: buffersOf(waveforms) });
});
