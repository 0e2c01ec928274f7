// Unit test of the soft clipper.

import { expect, setDefaultTimeout, test } from "bun:test";
import { createSoftClipper } from "../../../../web/sound/engine/soft-clipper.ts";

setDefaultTimeout(120_000);

test("no sound, however loud, leaves less than 1.9 dB below full scale", () => {
  const shaper: Partial<WaveShaperNode> = {};
  createSoftClipper({ createWaveShaper: () => shaper } as BaseAudioContext);
  const peak = Math.max(...(shaper.curve ?? []).map(Math.abs));
  expect(20 * Math.log10(peak)).toBeLessThanOrEqual(-1.9);
});
