import { expect, setDefaultTimeout, test } from "bun:test";
import { pcm16, wavHeader } from "../../../../web/sound/recording/wav.ts";

setDefaultTimeout(120_000);

test("a WAV file says in its header how much sound follows", () => {
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

test("more than a WAV file can hold is refused, not cut", () => {
  const shape = { channels: 2, sampleRate: 48_000 };
  const most = Math.floor((0xffff_ffff - 36) / 4);
  expect(new DataView(wavHeader({ ...shape, frames: most })).getUint32(40, true)).toBe(most * 4);
  expect(() => wavHeader({ ...shape, frames: most + 1 })).toThrow("4 GB");
});

test("samples lie side by side, and full scale is never wrapped round", () => {
  const samples = pcm16([new Float32Array([0, 1, 1.5]), new Float32Array([-1, -2, 0.5])]);
  expect([...samples]).toEqual([0, -32767, 32767, -32767, 32767, 16384]);
});
