// A clock of a page, whose waiting a test skips.

/**
 * A script for a page that is opened with `?hook=1`: its clock is the machine's, and `pageClock.skip(ms)` has it find that
 * so many ms have passed, with all that was due in them. What time of the day it is stays, and with it how old reports are.
 */
export const pageClock = `(${install})()`;

type Timer = { dueMs: number; everyMs: number | null; act: () => void; real?: ReturnType<typeof setTimeout> };

/** Runs in the page, and sees nothing of this module. */
function install(): void {
  let skippedMs = 0;
  const timers = new Set<Timer>();
  const monotonicMs = () => performance.now() + skippedMs;

  function start(milliseconds: number, everyMs: number | null, act: () => void): () => void {
    const timer: Timer = { dueMs: monotonicMs() + milliseconds, everyMs, act };
    timers.add(timer);
    arm(timer);
    return () => {
      timers.delete(timer);
      clearTimeout(timer.real);
    };
  }

  function arm(timer: Timer): void {
    clearTimeout(timer.real);
    timer.real = setTimeout(run, timer.dueMs - monotonicMs(), timer);
  }

  function run(timer: Timer): void {
    clearTimeout(timer.real);
    if (timer.everyMs === null) timers.delete(timer);
    else {
      timer.dueMs += timer.everyMs;
      arm(timer);
    }
    timer.act();
  }

  function skip(milliseconds: number): void {
    const untilMs = monotonicMs() + milliseconds;
    const next = () => [...timers].filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0];
    for (let timer = next(); timer !== undefined; timer = next()) {
      skippedMs += Math.max(0, timer.dueMs - monotonicMs());
      run(timer);
    }
    skippedMs += Math.max(0, untilMs - monotonicMs());
    for (const timer of timers) arm(timer);
  }

  Object.assign(globalThis, {
    pageClock: {
      now: () => Date.now(),
      monotonicMs,
      after: (milliseconds: number, act: () => void) => start(milliseconds, null, act),
      every: (milliseconds: number, act: () => void) => start(milliseconds, milliseconds, act),
      skip,
    },
  });
}
