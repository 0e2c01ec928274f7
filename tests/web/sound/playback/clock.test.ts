// Unit tests of the conversion from audio clock times to heard times.

import { expect, setDefaultTimeout, test } from "bun:test";
import { createHeardClock } from "../../../../web/sound/playback/clock.ts";

setDefaultTimeout(120_000);

/** A context that counts how often the device is asked. */
function context(contextTime: number, performanceTime: number) {
  const asked = { times: 0 };
  const ask = <T>(answer: T) => {
    asked.times++;
    return answer;
  };
  return {
    asked,
    currentTime: 10,
    baseLatency: 0.01,
    get outputLatency() {
      return ask(0.04);
    },
    getOutputTimestamp: () => ask({ contextTime, performanceTime }),
  };
}

/** Returns when 10.5 s of the context are heard, after one reading. */
function heardAtMs(contextTime: number, performanceTime: number, nowMs: number): number {
  const clock = createHeardClock(context(contextTime, performanceTime), true);
  clock.read();
  return clock.heardAtMs(10.5, nowMs);
}

test("a pulse on the map follows the device's output position if the browser knows it", () => {
  expect(heardAtMs(9.95, 1_000, 1_005)).toBeCloseTo(1_550, 6);
});

test("the latency is added while the output position is unknown", () => {
  expect(heardAtMs(0, 0, 1_000)).toBeCloseTo(1_540, 6);
});

test("an output position from before a pause is ignored", () => {
  expect(heardAtMs(9.95, 1_000, 61_000)).toBeCloseTo(61_540, 6);
});

test("no event asks the device, and in Firefox nothing does", () => {
  const device = context(9.95, 1_000);
  const clock = createHeardClock(device, true);
  expect(clock.heardAtMs(10.5, 1_005)).toBeCloseTo(1_515, 6);
  clock.read();
  const { times } = device.asked;
  for (let event = 0; event < 100; event++) clock.heardAtMs(10.5, 1_005);
  expect(device.asked.times).toBe(times);

  const inFirefox = context(9.95, 1_000);
  const estimate = createHeardClock(inFirefox, false);
  estimate.read();
  expect(estimate.heardAtMs(10.5, 1_005)).toBeCloseTo(1_515, 6);
  expect(inFirefox.asked.times).toBe(0);
});
