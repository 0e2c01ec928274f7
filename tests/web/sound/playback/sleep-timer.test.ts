import { expect, setDefaultTimeout, test } from "bun:test";
import { createSleepTimer } from "../../../../web/sound/playback/sleep-timer.ts";

setDefaultTimeout(120_000);

const minuteMs = 60_000;

function listen() {
  const told: (number | "end")[] = [];
  const timer = createSleepTimer({ onFade: (level) => told.push(level), onEnd: () => told.push("end") });
  return { told, timer };
}

test("the sound fades over the last 30 seconds and then ends", () => {
  const { told, timer } = listen();
  timer.start(15, 1_000);
  const endMs = 1_000 + 15 * minuteMs;
  for (const leftMs of [10 * minuteMs, 30_000, 15_000, 3_000, 0, -1_000]) timer.tick(endMs - leftMs);
  expect(told).toEqual([1, 1, 0.5, 0.1, "end"]);
});

test("a machine that slept through the end goes silent when it wakes", () => {
  const { told, timer } = listen();
  timer.start(15, 0);
  timer.tick(60 * minuteMs);
  expect(told).toEqual(["end"]);
  expect(timer.remainingMs(60 * minuteMs)).toBeNull();
});

test("a cancelled timer gives the full sound back and ends nothing", () => {
  const { told, timer } = listen();
  timer.start(1, 0);
  timer.tick(45_000);
  timer.cancel();
  timer.tick(2 * minuteMs);
  expect(told).toEqual([0.5, 1]);
});

test("the time that is left can be shown, and a new choice counts from now", () => {
  const { timer } = listen();
  expect(timer.remainingMs(0)).toBeNull();
  timer.start(30, 0);
  expect(timer.remainingMs(10 * minuteMs)).toBe(20 * minuteMs);
  timer.start(5, 10 * minuteMs);
  expect(timer.remainingMs(11 * minuteMs)).toBe(4 * minuteMs);
});
