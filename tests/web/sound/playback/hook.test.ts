// Unit test of the measuring hook.

import { expect, setDefaultTimeout, spyOn, test } from "bun:test";
import { soundHook } from "../../../../web/sound/playback/hook.ts";
import { sea } from "../score/sea.ts";

setDefaultTimeout(120_000);

test("scores use neither a clock nor Math.random", () => {
  const now = spyOn(Date, "now");
  const chance = spyOn(Math, "random");
  soundHook.scoreTune(sea, { seconds: 40 });
  const burst = Array.from({ length: 800 }, (_, index) => ({ ...sea, stationId: `B${index}`, lon: index / 5 - 170 }));
  soundHook.scoreBurst(burst);
  soundHook.scoreReplay([sea]);
  expect([now.mock.calls.length, chance.mock.calls.length]).toEqual([0, 0]);
  now.mockRestore();
  chance.mockRestore();
});
