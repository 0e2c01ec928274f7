// A clock for a page, which lets a test skip waiting times.

/**
 * Holds a script for a page opened with `?hook=1`. The page uses the machine's clock; `pageClock.skip(ms)` moves it ahead by
 * that time and runs all timers that are due. The time of day does not change, so the age of reports does not either.
 */
export const pageClock = `(${install})()`;

type Timer = { dueMs: number; everyMs: number | null; act: () => void; real?: ReturnType<typeof setTimeout> };

/** Runs in the page, so it cannot use anything from this module. */
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
