// Samples as the browser plays them.

import type { Waveforms } from "../timbre/waveforms.ts";

type Samples = Float32Array<ArrayBuffer>;

/** Every engine plays the same samples: they are copied once. */
const known = new WeakMap<Samples, AudioBuffer>();

/** Returns samples, one channel or several, as browsers play them. */
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

/** Copies the large ones of the waveforms ahead of the click, each in a task of its own so that the page stays awake. */
export async function prepareAudioBuffers({ swell, foam, wind, sampleRate }: Waveforms): Promise<void> {
  for (const samples of [...swell, foam, wind]) {
    audioBufferOf(sampleRate, samples);
    await new Promise((resolve) => setTimeout(resolve));
  }
}
