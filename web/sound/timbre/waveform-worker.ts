// The worker that makes all waveforms.

import { buffersOf, makeWaveforms } from "./waveforms.ts";

/** The message to the worker. It replies with the result of {@link makeWaveforms}, transferred without a copy. */
type WaveformRequest = { sampleRate: number; seed: number };

self.addEventListener("message", ({ data }: MessageEvent<WaveformRequest>) => {
  const waveforms = makeWaveforms(data.sampleRate, data.seed);
  self.postMessage(waveforms, { transfer: buffersOf(waveforms) });
});
