// Unit tests of the introduction.

import { expect, setDefaultTimeout, test } from "bun:test";
import { introduced, introducedAtS } from "../../../../web/sound/score/introduction.ts";
import type { SetEvent } from "../../../../web/sound/sound-event.ts";

setDefaultTimeout(120_000);

const wind: SetEvent<"wind"> = {
  t: 0,
  type: "set",
  layer: "wind",
  gainDb: -20,
  centreHz: 900,
  q: 2,
  pan: 0.5,
  gust: 0,
};

test("the wind starts in the middle and then moves to its direction", () => {
  expect(introduced(wind)).toEqual([
    { ...wind, t: introducedAtS("windSpeedMps"), pan: 0 },
    { ...wind, t: introducedAtS("windDirDeg") },
  ]);
});

test("after the introduction a layer changes at once", () => {
  expect(introduced({ ...wind, t: 8 })).toEqual([{ ...wind, t: 8 }]);
});
