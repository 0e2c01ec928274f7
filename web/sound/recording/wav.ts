// The bytes of a WAV file.

const headerBytes = 44;
const bytesPerSample = 2;
const formatPcm = 1;
const fullScale = 0x7fff;
/** RIFF counts its bytes in 32 bits; the count leaves out the eight bytes before it. */
const largestBytes = 0xffff_ffff - (headerBytes - 8);

/** The shape of a 16-bit WAV file. */
type WavShape = { channels: number; sampleRate: number; frames: number };

/**
 * Returns the first 44 bytes of a 16-bit PCM WAV file, whose samples follow in {@link pcm16}'s form.
 * @throws {RangeError} above 4 GB, which the format cannot say
 */
export function wavHeader({ channels, sampleRate, frames }: WavShape): ArrayBuffer {
  const bytesPerFrame = channels * bytesPerSample;
  const dataBytes = frames * bytesPerFrame;
  if (dataBytes > largestBytes) throw new RangeError("a WAV file holds no more than 4 GB");

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
 * Returns samples as a WAV file holds them: 16 bits, the channels side by side. What lies beyond full scale is cut. An Int16Array
 * has the machine's byte order, which is little-endian, as the format wants it, wherever browsers run.
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
