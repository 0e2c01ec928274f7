// The worker that makes all waveforms.

import { buffersOf, makeWaveforms } from "./waveforms.ts";

/** What the worker is asked for; its only answer are the {@link makeWaveforms}, handed over without a copy. */
type WaveformRequest = { sampleRate: number; seed: number };

self.addEventListener("message", ({ data }: MessageEvent<WaveformRequest>) => {
  const waveforms = makeWaveforms(data.sampleRate, data.seed);
  self.postMessage(waveforms, { transfer: buffersOf(waveforms) });
});
