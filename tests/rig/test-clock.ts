// A clock that stands still until a test moves it.

import type { Clock } from "../../shared/clock.ts";

/** A {@link Clock} whose time is the test's to set. */
export type TestClock = Clock & {
  /**
   * Lets so many ms pass: what is due is called in order, each at its own moment. Resolves when what it started has had
   * its turn.
   */
  advance(milliseconds: number): Promise<void>;
  /** Sets the machine's time without a moment passing, as an operator or NTP does. */
  setNow(milliseconds: number): void;
  /** How many calls are waiting for their moment. */
  readonly waiting: number;
};

type Timer = { atMs: number; everyMs: number | null; act: () => void };

/** Makes a clock that shows `startMs`, in ms since 1970, until it is moved. */
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

/** Lets promises that are ready run what waits for them. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}
