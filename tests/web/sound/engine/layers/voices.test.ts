// Unit tests of the limit on simultaneous voices.

import { expect, setDefaultTimeout, test } from "bun:test";
import { createVoices, type Voice } from "../../../../../web/sound/engine/layers/voices.ts";

setDefaultTimeout(120_000);

/** Makes a silent voice that records its fades and stops. */
function createVoice(atS: number, gainDb: number) {
  const stopped: number[] = [];
  const fades: number[] = [];
  const gain = { gain: { setTargetAtTime: (_target: number, at: number) => fades.push(at) } };
  const source = { start() {}, stop: (at: number) => stopped.push(at) };
  const voice = { atS, endS: atS + 3, gainDb, gain, sources: [source] } as unknown as Voice;
  return { voice, stopped, fades };
}

test("at the limit of voices the quietest one ends for a new one", () => {
  const voices = createVoices(() => 0);
  const made = Array.from({ length: 24 }, (_, index) => createVoice(0, index === 7 ? -60 : -20));
  for (const { voice } of made) {
    voices.makeRoomForOne(0.5);
    voices.start(voice);
  }
  expect(voices.stolen).toBe(0);
  voices.makeRoomForOne(0.5);
  expect(voices.stolen).toBe(1);
  expect(made.flatMap(({ fades }, index) => (fades.length > 0 ? [index] : []))).toEqual([7]);
});

test("a switch of the score fades current voices and cancels later ones", () => {
  const voices = createVoices(() => 0);
  const [sounding, later] = [createVoice(0, -20), createVoice(5, -20)];
  for (const { voice } of [sounding, later]) voices.start(voice);
  voices.cancelFrom(1);
  expect([sounding.fades, later.fades]).toEqual([[1], []]);
  expect(sounding.stopped.at(-1)).toBeCloseTo(1.35, 9);
  expect(later.stopped.at(-1)).toBe(5);
});
