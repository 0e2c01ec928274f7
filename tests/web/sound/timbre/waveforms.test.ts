// Unit tests of the waveforms.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { bellNotesHz } from "../../../../web/sound/mapping.ts";
import { buffersOf, makeWaveforms, type Waveforms } from "../../../../web/sound/timbre/waveforms.ts";

setDefaultTimeout(120_000);

const sampleRate = 8_000;

describe("The waveforms", () => {
  const waveforms = makeWaveforms(sampleRate, 1);

  // Millions of samples: a matcher that compares them one by one takes seconds.
  const hashesOf = (made: Waveforms) => buffersOf(made).map((buffer) => Bun.hash(buffer));

  test("are the same for the same seed and differ for another", () => {
    expect(hashesOf(makeWaveforms(sampleRate, 1))).toEqual(hashesOf(waveforms));
    expect(Bun.hash(makeWaveforms(sampleRate, 2).wind.buffer)).not.toBe(Bun.hash(waveforms.wind.buffer));
  });

  test("start and end in silence, without a click", () => {
    const { bells, bowed, knock } = waveforms;
    for (const samples of [...bells.flatMap(({ body, brightness }) => [body, brightness]), ...bowed, knock]) {
      expect(Math.abs(samples[0] ?? 1)).toBeLessThan(1e-3);
      expect(Math.abs(samples.at(-1) ?? 1)).toBeLessThan(1e-3);
    }
  });

  // The last test, because it transfers the buffers.
  test("can be transferred to another thread, each buffer once", () => {
    const buffers = buffersOf(waveforms);
    expect(new Set(buffers).size).toBe(buffers.length);
    const copy = structuredClone(waveforms, { transfer: buffers });
    expect(copy.bells).toHaveLength(bellNotesHz.length);
  });
});
