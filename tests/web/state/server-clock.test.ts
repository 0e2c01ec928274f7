// The server's time on a device whose clock is wrong, set or asleep.

import { expect, test } from "bun:test";
import { createServerClock } from "../../../web/state/server-clock.ts";
import { createTestClock } from "../../rig/test-clock.ts";

const hourMs = 3_600_000;
const serverMs = Date.UTC(2026, 4, 6, 12);

test.each([4, -4, 24 * 400])("shows the server's time on a device whose clock is %d h ahead", async (hours) => {
  const device = createTestClock(serverMs + hours * hourMs);
  const clock = createServerClock(device);
  expect(clock.now()).toBe(device.now());
  expect(clock.deviceAheadMs).toBe(0);
  expect(clock.set(serverMs)).toBe(true);
  await device.advance(90_000);
  expect(clock.now()).toBe(serverMs + 90_000);
  expect(clock.deviceAheadMs).toBe(hours * hourMs);
});

test("keeps the server's time when the device's clock is set back, and takes it again when it is set ahead", async () => {
  const device = createTestClock(serverMs);
  const clock = createServerClock(device);
  clock.set(serverMs);
  device.setNow(device.now() - 4 * hourMs);
  expect(clock.now()).toBe(serverMs);
  expect(clock.deviceAheadMs).toBe(-4 * hourMs);
  // Ahead may also be a sleep, until the server's next time.
  device.setNow(device.now() + 6 * hourMs);
  clock.set(serverMs + 1_000);
  expect(clock.now()).toBe(serverMs + 1_000);
});

test("counts the time of a sleep during which the monotonic clock stood still", () => {
  const device = createTestClock(serverMs + 4 * hourMs);
  const clock = createServerClock(device);
  clock.set(serverMs);
  device.setNow(device.now() + 8 * hourMs);
  expect(clock.now()).toBe(serverMs + 8 * hourMs);
  expect(clock.deviceAheadMs).toBe(4 * hourMs);
});

test("does not follow the whole seconds of a Date header", () => {
  const device = createTestClock(serverMs);
  const clock = createServerClock(device);
  clock.set(serverMs + 700);
  expect(clock.set(serverMs)).toBe(false);
  expect(clock.now()).toBe(serverMs + 700);
});
