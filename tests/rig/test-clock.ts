// A stopped clock that only a test moves.

import type { Clock } from "../../shared/clock.ts";

/** A {@link Clock} whose time a test controls. */
export type TestClock = Clock & {
  /**
   * Moves the clock ahead by this many ms. Timers that are due run in order, each at its own time. Resolves when the
   * promises that they resolved have run.
   */
  advance(milliseconds: number): Promise<void>;
  /** Sets the time of day without running timers, as an operator or NTP does. */
  setNow(milliseconds: number): void;
  /** Number of timers that are waiting. */
  readonly waiting: number;
};

type Timer = { atMs: number; everyMs: number | null; act: () => void };

/** Creates a clock that shows `startMs`, in ms since 1970, until a test moves it. */
export function createTestClock(startMs = Date.UTC(2026, 4, 6, 12)): TestClock {
  let monotonicMs = 0;
  let skewMs = startMs;
  const timers = new Set<Timer>();

  function start(timer: Timer): () => void {
    timers.add(timer);
    return () => void timers.delete(timer);
  }

  function nextDue(untilMs: number): Timer | undefined {
    return [...timers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
  }

  return {
    now: () => skewMs + monotonicMs,
    monotonicMs: () => monotonicMs,
    after: (milliseconds, act) => start({ atMs: monotonicMs + milliseconds, everyMs: null, act }),
    every: (milliseconds, act) => start({ atMs: monotonicMs + milliseconds, everyMs: milliseconds, act }),
    async advance(milliseconds) {
      const untilMs = monotonicMs + milliseconds;
      for (let timer = nextDue(untilMs); timer !== undefined; timer = nextDue(untilMs)) {
        monotonicMs = timer.atMs;
        if (timer.everyMs === null) timers.delete(timer);
        else timer.atMs += timer.everyMs;
        timer.act();
        await settle();
      }
      monotonicMs = untilMs;
      await settle();
    },
    setNow(milliseconds) {
      skewMs = milliseconds - monotonicMs;
    },
    get waiting() {
      return timers.size;
    },
  };
}

/** Lets pending promise callbacks run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}
