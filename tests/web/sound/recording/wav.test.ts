// Unit tests of the WAV encoding.

import { expect, setDefaultTimeout, test } from "bun:test";
import { pcm16, wavHeader } from "../../../../web/sound/recording/wav.ts";

setDefaultTimeout(120_000);

test("a WAV header contains the length of the sound", () => {
  const header = wavHeader({ channels: 2, sampleRate: 48_000, frames: 1_000 });
  const view = new DataView(header);
  const word = (at: number) => String.fromCharCode(...new Uint8Array(header, at, 4));

  expect(header.byteLength).toBe(44);
  expect([word(0), word(8), word(12), word(36)]).toEqual(["RIFF", "WAVE", "fmt ", "data"]);
  expect(view.getUint32(4, true)).toBe(36 + 4_000);
  expect(view.getUint16(20, true)).toBe(1);
  expect(view.getUint16(22, true)).toBe(2);
  expect(view.getUint32(24, true)).toBe(48_000);
  expect(view.getUint32(28, true)).toBe(192_000);
  expect(view.getUint16(32, true)).toBe(4);
  expect(view.getUint16(34, true)).toBe(16);
  expect(view.getUint32(40, true)).toBe(4_000);
});

test("more than 4 GB is refused, not truncated", () => {
  const shape = { channels: 2, sampleRate: 48_000 };
  const maxFrames = Math.floor((0xffff_ffff - 36) / 4);
  expect(new DataView(wavHeader({ ...shape, frames: maxFrames })).getUint32(40, true)).toBe(maxFrames * 4);
  expect(() => wavHeader({ ...shape, frames: maxFrames + 1 })).toThrow("4 GB");
});

test("samples are interleaved, and values beyond full scale are clipped", () => {
  const samples = pcm16([new Float32Array([0, 1, 1.5]), new Float32Array([-1, -2, 0.5])]);
  expect([...samples]).toEqual([0, -32767, 32767, -32767, 32767, 16384]);
});
