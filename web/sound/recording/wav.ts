// Encoding of 16-bit WAV files.

const headerBytes = 44;
const bytesPerSample = 2;
const formatPcm = 1;
const fullScale = 0x7fff;
/** Max bytes of samples: RIFF has a 32-bit size, which excludes the first eight bytes of the file. */
const maxBytes = 0xffff_ffff - (headerBytes - 8);

/** Channels, sample rate and length of a WAV file. */
type WavShape = { channels: number; sampleRate: number; frames: number };

/**
 * Returns the 44-byte header of a 16-bit PCM WAV file; samples from {@link pcm16} follow it.
 * @throws {RangeError} above 4 GB, the limit of the format
 */
export function wavHeader({ channels, sampleRate, frames }: WavShape): ArrayBuffer {
  const bytesPerFrame = channels * bytesPerSample;
  const dataBytes = frames * bytesPerFrame;
  if (dataBytes > maxBytes) throw new RangeError("a WAV file holds no more than 4 GB");

  const header = new DataView(new ArrayBuffer(headerBytes));
  const text = (at: number, word: string) => {
    for (let i = 0; i < word.length; i++) header.setUint8(at + i, word.charCodeAt(i));
  };
  text(0, "RIFF");
  header.setUint32(4, headerBytes - 8 + dataBytes, true);
  text(8, "WAVE");
  text(12, "fmt ");
  header.setUint32(16, 16, true);
  header.setUint16(20, formatPcm, true);
  header.setUint16(22, channels, true);
  header.setUint32(24, sampleRate, true);
  header.setUint32(28, sampleRate * bytesPerFrame, true);
  header.setUint16(32, bytesPerFrame, true);
  header.setUint16(34, bytesPerSample * 8, true);
  text(36, "data");
  header.setUint32(40, dataBytes, true);
  return header.buffer;
}

/**
 * Returns interleaved 16-bit samples for a WAV file, clipped at full scale. An Int16Array has the machine's byte order;
 * browsers run on little-endian machines only, and the format needs little-endian.
 * @param channels equally long, -1..1
 */
export function pcm16(channels: readonly Float32Array[]): Int16Array<ArrayBuffer> {
  const frames = channels[0]?.length ?? 0;
  const samples = new Int16Array(frames * channels.length);
  for (const [place, channel] of channels.entries()) {
    for (let frame = 0; frame < frames; frame++) {
      const sample = Math.max(-1, Math.min(1, channel[frame] ?? 0));
      samples[frame * channels.length + place] = Math.round(sample * fullScale);
    }
  }
  return samples;
}
