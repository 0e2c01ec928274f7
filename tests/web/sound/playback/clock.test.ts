import { expect, setDefaultTimeout, test } from "bun:test";
import { heardAtMs } from "../../../../web/sound/playback/clock.ts";

setDefaultTimeout(120_000);

const clock = (contextTime: number, performanceTime: number) => ({
  currentTime: 10,
  baseLatency: 0.01,
  outputLatency: 0.04,
  getOutputTimestamp: () => ({ contextTime, performanceTime }),
});

test("a pulse on the map waits for the device, where the browser knows what the device plays", () => {
  expect(heardAtMs(clock(9.95, 1_000), 10.5, 1_005)).toBeCloseTo(1_550, 6);
});

test("where the browser does not know it yet, its latency is added", () => {
  expect(heardAtMs(clock(0, 0), 10.5, 1_000)).toBeCloseTo(1_540, 6);
});

test("what the browser knew before a pause is not believed after it", () => {
  expect(heardAtMs(clock(9.95, 1_000), 10.5, 61_000)).toBeCloseTo(61_540, 6);
});
