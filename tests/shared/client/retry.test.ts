// Delays between attempts to connect.

import { expect, test } from "bun:test";
import { RefusedError, UnreachableError } from "../../../shared/client/errors.ts";
import { createRetry } from "../../../shared/client/retry.ts";
import { createTestClock } from "../../rig/test-clock.ts";

test("waits longer each time, 30 s at most, plus up to a quarter at random, and restarts after a success", async () => {
  const clock = createTestClock();
  const retry = createRetry(clock, 60_000);
  const wait = () => retry.after(new UnreachableError(), () => {}).retryAtMs - clock.monotonicMs();
  for (const leastMs of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
    const waitMs = wait();
    expect(waitMs).toBeGreaterThanOrEqual(leastMs);
    expect(waitMs).toBeLessThanOrEqual(1.25 * leastMs);
  }
  retry.reset();
  expect(wait()).toBeLessThanOrEqual(1_250);
});

test("waits as long as the server's refusal asks", async () => {
  const clock = createTestClock();
  const retry = createRetry(clock, 60_000);
  let tries = 0;
  const setback = retry.after(new RefusedError("too many streams", 10_000), () => tries++);
  expect(setback).toMatchObject({ kind: "refused", error: { code: "refused", message: "too many streams" } });
  await clock.advance(9_999);
  expect(tries).toBe(0);
  await clock.advance(2_501);
  expect(tries).toBe(1);
});

test.each([
  [3_600_000, 60_000],
  [Number.POSITIVE_INFINITY, 60_000],
  // A date in the past is no reason to retry without a pause.
  [-3_600_000, 1_000],
  [0, 1_000],
])("a refusal that asks for %d ms gets %d ms", (askedMs, waitMs) => {
  const clock = createTestClock();
  const { retryAtMs } = createRetry(clock, 60_000).after(new RefusedError("back soon", askedMs), () => {});
  expect(retryAtMs).toBeWithin(waitMs, 1.25 * waitMs + 1);
});
