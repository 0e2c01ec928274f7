// Unit test of the listener's mix.

import { expect, setDefaultTimeout, test } from "bun:test";
import { createMix } from "../../../../web/sound/playback/mix.ts";
import { createJournal } from "../../../../web/sound/recording/journal.ts";

setDefaultTimeout(120_000);

test("settings from before the start apply after it and are in the recording", () => {
  const calls: unknown[][] = [];
  const journal = createJournal();
  const mix = createMix(journal, () => 2);
  mix.setLayerLevel("wind", 0.5);
  mix.setReverb(false);
  mix.applyTo({
    play() {},
    cancelFrom() {},
    setLayerLevel: (...args) => calls.push(args),
    setReverb: (...args) => calls.push(args),
    stolen: 0,
  });
  mix.setLayerLevel("wind", 0.5);
  expect(calls).toEqual([["wind", 0.5], [false]]);
  expect(journal.read(3).entries).toEqual([
    { kind: "level", layer: "wind", level: 0.5, atS: 2 },
    { kind: "reverb", on: false, atS: 2 },
  ]);
});
