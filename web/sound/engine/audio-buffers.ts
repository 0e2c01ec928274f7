// Copies of the samples as AudioBuffers.

import { noiseSampleRate } from "../sample-rate.ts";
import type { Waveforms } from "../timbre/waveforms.ts";

type Samples = Float32Array<ArrayBuffer>;

/** Cache: all engines share one copy of each waveform. */
const known = new WeakMap<Samples, AudioBuffer>();

/**
 * Returns samples as an AudioBuffer. The copy is cached by the first channel.
 * @param channels one array of samples per channel, all of one length
 */
export function audioBufferOf(sampleRate: number, ...channels: readonly [Samples, ...Samples[]]): AudioBuffer {
  const [first] = channels;
  let buffer = known.get(first);
  if (!buffer) {
    buffer = new AudioBuffer({ numberOfChannels: channels.length, length: first.length, sampleRate });
    for (const [channel, samples] of channels.entries()) buffer.copyToChannel(samples, channel);
    known.set(first, buffer);
  }
  return buffer;
}

/** Copies the large waveforms before the first click. Each copy runs in its own task, to keep the page responsive. */
export async function prepareAudioBuffers({ foam, wind }: Waveforms): Promise<void> {
  for (const samples of [foam, wind]) {
    audioBufferOf(noiseSampleRate, samples);
    await new Promise((resolve) => setTimeout(resolve));
  }
}
