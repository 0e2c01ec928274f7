// The watchdog of job schedules, on a clock that the test controls.

import { beforeEach, describe, expect, test } from "bun:test";
import { createWatchdog, type Schedule, type Watchdog } from "../../../services/worker/queue/watchdog.ts";
import type { Log } from "../../../shared/process/log.ts";
import { createTestClock, type TestClock } from "../../rig/test-clock.ts";

const periodMs = 300_000;
const retryMs = 6_000;
const minuteMs = 60_000;

let clock: TestClock;
let schedule: Schedule | null;
let isRunning: boolean;
let done: string[];
let logged: unknown[];
let watchdog: Watchdog<"poll">;

beforeEach(async () => {
  clock = createTestClock();
  schedule = { dueAtMs: clock.now() + periodMs, iterations: 7 };
  isRunning = false;
  done = [];
  logged = [];
  const log: Log = { debug() {}, info() {}, warn: (_, facts) => logged.push(facts), error() {} };
  watchdog = createWatchdog<"poll">({
    periodsMs: { poll: periodMs },
    longestRetryMs: retryMs,
    read: async () => schedule,
    recreate: async () => {
      done.push("recreate");
      schedule = { dueAtMs: clock.now(), iterations: 1 };
    },
    restart: async () => void done.push("restart"),
    isRunning: () => isRunning,
    log,
    clock,
  });
  await watchdog.check();
});

/** Simulates the start of the next run, on any worker. */
function begin(): void {
  schedule = { dueAtMs: clock.now() + periodMs, iterations: (schedule?.iterations ?? 0) + 1 };
}

/** Advances the clock, with a check of the schedules every five seconds. */
async function pass(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 5_000) {
    await clock.advance(5_000);
    await watchdog.check();
  }
}

describe("a schedule", () => {
  test("stays unchanged while runs begin, in this worker or another", async () => {
    for (let run = 0; run < 5; run++) {
      await pass(periodMs);
      begin();
    }
    expect(done).toEqual([]);
    expect(watchdog.problemOf("poll")).toBeNull();
  });

  test("is created again at once when it is gone, with one line", async () => {
    schedule = null;
    await watchdog.check();
    expect(done).toEqual(["recreate"]);
    expect(logged).toEqual([{ poll: "its schedule is gone" }]);
    expect(watchdog.problemOf("poll")).toEqual({ code: "poll_stopped", reason: "its schedule is gone" });
    begin();
    await watchdog.check();
    expect(watchdog.problemOf("poll")).toBeNull();
  });

  test("is created again at once when a clock ten minutes ahead is corrected", async () => {
    clock.setNow(clock.now() - 10 * minuteMs);
    await watchdog.check();
    expect(done).toEqual(["recreate"]);
    expect(logged).toEqual([{ poll: "its next run was due in 900 s, with a period of 300 s" }]);
  });

  test("stays unchanged when a clock less than 30 s ahead is corrected: one run is late by this time", async () => {
    clock.setNow(clock.now() - 29_000);
    await watchdog.check();
    await pass(periodMs + 29_000);
    begin();
    await watchdog.check();
    expect(done).toEqual([]);
    expect(watchdog.problemOf("poll")).toBeNull();
  });

  test("stays unchanged when a slow clock is corrected: its run is already due", async () => {
    clock.setNow(clock.now() + 10 * minuteMs);
    await watchdog.check();
    expect(done).toEqual([]);
  });

  test("is created again when no run has begun for two periods plus the longest retry", async () => {
    await pass(2 * periodMs + retryMs - 5_000);
    expect(done).toEqual([]);
    await pass(10_000);
    expect(done).toEqual(["recreate"]);
    expect(watchdog.problemOf("poll")?.code).toBe("poll_stopped");
  });

  test("is created again at most once per period when another worker's clock is far ahead", async () => {
    for (let run = 0; run < 4; run++) {
      schedule = { dueAtMs: clock.now() + periodMs + 10 * minuteMs, iterations: (schedule?.iterations ?? 0) + 1 };
      await pass(periodMs);
    }
    expect(done.length).toBeLessThanOrEqual(5);
  });

  test("stays unchanged during a long run", async () => {
    isRunning = true;
    await pass(4 * periodMs);
    expect(done).toEqual([]);
  });

  test("stays unchanged after an outage in which no run could begin", async () => {
    await clock.advance(5 * periodMs);
    watchdog.forgive();
    await watchdog.check();
    expect(done).toEqual([]);
  });
});

test("the worker of a job restarts when a new schedule did not help", async () => {
  await pass(2 * periodMs + retryMs + 5_000);
  await pass(2 * periodMs + retryMs + 5_000);
  expect(done).toEqual(["recreate", "restart", "recreate"]);
  begin();
  await watchdog.check();
  expect(watchdog.problemOf("poll")).toBeNull();
});
