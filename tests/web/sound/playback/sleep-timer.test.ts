// Unit tests of the sleep timer.

import { expect, setDefaultTimeout, test } from "bun:test";
import { createSleepTimer } from "../../../../web/sound/playback/sleep-timer.ts";

setDefaultTimeout(120_000);

const minuteMs = 60_000;

function listen() {
  const calls: (number | "end")[] = [];
  const timer = createSleepTimer({ onFade: (level) => calls.push(level), onEnd: () => calls.push("end") });
  return { calls, timer };
}

test("the sound fades over the last 30 seconds and then ends", () => {
  const { calls, timer } = listen();
  timer.start(15, 1_000);
  const endMs = 1_000 + 15 * minuteMs;
  for (const leftMs of [10 * minuteMs, 30_000, 15_000, 3_000, 0, -1_000]) timer.tick(endMs - leftMs);
  expect(calls).toEqual([1, 1, 0.5, 0.1, "end"]);
});

test("a machine that sleeps past the end is silent when it wakes", () => {
  const { calls, timer } = listen();
  timer.start(15, 0);
  timer.tick(60 * minuteMs);
  expect(calls).toEqual(["end"]);
  expect(timer.remainingMs(60 * minuteMs)).toBeNull();
});

test("a cancelled timer restores the full level and does not end playback", () => {
  const { calls, timer } = listen();
  timer.start(1, 0);
  timer.tick(45_000);
  timer.cancel();
  timer.tick(2 * minuteMs);
  expect(calls).toEqual([0.5, 1]);
});

test("the timer reports the remaining time, and a new choice restarts it", () => {
  const { timer } = listen();
  expect(timer.remainingMs(0)).toBeNull();
  timer.start(30, 0);
  expect(timer.remainingMs(10 * minuteMs)).toBe(20 * minuteMs);
  timer.start(5, 10 * minuteMs);
  expect(timer.remainingMs(11 * minuteMs)).toBe(4 * minuteMs);
});
