// Unit tests of the WAV encoding.

import { expect, setDefaultTimeout, test } from "bun:test";
import { pcm16, wavHeader } from "../../../../web/sound/recording/wav.ts";

setDefaultTimeout(120_000);

test("a WAV header contains the length of the sound", () => {
  const header = wavHeader({ channels: 2, sampleRate: 48_000, frames: 1_000 });
  const view = new DataView(header);
  const word = (at: number) => String.fromCharCode(...new Uint8Array(header, at, 4));

  const data = header.byteLength - 8;
  expect([word(0), word(8), word(12), word(36), word(data)]).toEqual(["RIFF", "WAVE", "fmt ", "LIST", "data"]);
  expect(36 + 8 + view.getUint32(40, true)).toBe(data);
  expect(view.getUint32(4, true)).toBe(data + 4_000);
  expect(view.getUint16(20, true)).toBe(1);
  expect(view.getUint16(22, true)).toBe(2);
  expect(view.getUint32(24, true)).toBe(48_000);
  expect(view.getUint32(28, true)).toBe(192_000);
  expect(view.getUint16(32, true)).toBe(4);
  expect(view.getUint16(34, true)).toBe(16);
  expect(view.getUint32(data + 4, true)).toBe(4_000);
});

test("a WAV file names the sources of its data in its INFO list", () => {
  const header = new Uint8Array(wavHeader({ channels: 2, sampleRate: 48_000, frames: 1_000 }));
  expect(infoOf(header)).toEqual({
    ISFT: "bellbuoy",
    ICMT: expect.stringMatching(/NOAA.*NDBC.*owners of the stations/),
  });
});

/** Reads the texts of a `LIST` chunk as the format defines them: tag, length, text with its zero byte, padding. */
function infoOf(file: Uint8Array): Record<string, string> {
  const view = new DataView(file.buffer);
  const textAt = (at: number, length: number) => new TextDecoder().decode(file.subarray(at, at + length));
  const end = 44 + view.getUint32(40, true);
  expect(textAt(44, 4)).toBe("INFO");
  const texts: Record<string, string> = {};
  for (let at = 48; at < end; ) {
    const length = view.getUint32(at + 4, true);
    expect(file[at + 8 + length - 1]).toBe(0);
    texts[textAt(at, 4)] = textAt(at + 8, length - 1);
    at += 8 + length + (length % 2);
  }
  return texts;
}

test("more than 4 GB is refused, not truncated", () => {
  const shape = { channels: 2, sampleRate: 48_000 };
  const headerBytes = wavHeader({ ...shape, frames: 0 }).byteLength;
  const maxFrames = Math.floor((0xffff_ffff - headerBytes + 8) / 4);
  const header = new DataView(wavHeader({ ...shape, frames: maxFrames }));
  expect(header.getUint32(headerBytes - 4, true)).toBe(maxFrames * 4);
  expect(() => wavHeader({ ...shape, frames: maxFrames + 1 })).toThrow("4 GB");
});

test("samples are interleaved, and values beyond full scale are clipped", () => {
  const samples = pcm16([new Float32Array([0, 1, 1.5]), new Float32Array([-1, -2, 0.5])]);
  expect([...samples]).toEqual([0, -32767, 32767, -32767, 32767, 16384]);
});
