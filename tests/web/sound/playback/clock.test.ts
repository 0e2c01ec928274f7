// Unit tests of the conversion from audio clock times to heard times.

import { expect, setDefaultTimeout, test } from "bun:test";
import { heardAtMs } from "../../../../web/sound/playback/clock.ts";

setDefaultTimeout(120_000);

const clock = (contextTime: number, performanceTime: number) => ({
  currentTime: 10,
  baseLatency: 0.01,
  outputLatency: 0.04,
  getOutputTimestamp: () => ({ contextTime, performanceTime }),
});

test("a pulse on the map follows the device's output position if the browser knows it", () => {
  expect(heardAtMs(clock(9.95, 1_000), 10.5, 1_005)).toBeCloseTo(1_550, 6);
});

test("the latency is added while the output position is unknown", () => {
  expect(heardAtMs(clock(0, 0), 10.5, 1_000)).toBeCloseTo(1_540, 6);
});

test("an output position from before a pause is ignored", () => {
  expect(heardAtMs(clock(9.95, 1_000), 10.5, 61_000)).toBeCloseTo(61_540, 6);
});
