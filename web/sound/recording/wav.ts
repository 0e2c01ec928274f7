// Encoding of 16-bit WAV files.

import { clamp } from "../../../shared/numbers.ts";

/** The sources of the data, in the file's `INFO` list: its tags and texts. */
const info = [
  ["ISFT", "bellbuoy"],
  [
    "ICMT",
    "Made from data of NOAA's National Data Buoy Center (NDBC) and the owners of the stations. Not for navigation.",
  ],
] as const;
const infoChunk = encodeInfo();
/** RIFF and format take 36 bytes; the head of the samples takes 8. */
const formatBytes = 36;
const headerBytes = formatBytes + infoChunk.length + 8;
const bytesPerSample = 2;
const formatPcm = 1;
const fullScale = 0x7fff;
/** Max bytes of samples: RIFF has a 32-bit size, which excludes the first eight bytes of the file. */
const maxBytes = 0xffff_ffff - (headerBytes - 8);

/** Channels, sample rate and length of a WAV file. */
type WavShape = { channels: number; sampleRate: number; frames: number };

/**
 * Returns the header of a 16-bit PCM WAV file, which names the sources of the data; samples from {@link pcm16} follow it.
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
  new Uint8Array(header.buffer).set(infoChunk, formatBytes);
  text(headerBytes - 8, "data");
  header.setUint32(headerBytes - 4, dataBytes, true);
  return header.buffer;
}

/** Encodes {@link info} as a RIFF `LIST` chunk. Each text ends with a zero byte and is padded to an even length. */
function encodeInfo(): Uint8Array {
  const entries = info.flatMap(([tag, text]) => {
    const padded = `${text}\0${text.length % 2 === 0 ? "\0" : ""}`;
    return [tag, length(text.length + 1), padded];
  });
  const body = `INFO${entries.join("")}`;
  return Uint8Array.from(`LIST${length(body.length)}${body}`, (letter) => letter.charCodeAt(0));

  function length(bytes: number): string {
    return String.fromCharCode(bytes & 0xff, bytes >> 8, 0, 0);
  }
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
      const sample = clamp(channel[frame] ?? 0, -1, 1);
      samples[frame * channels.length + place] = Math.round(sample * fullScale);
    }
  }
  return samples;
}
