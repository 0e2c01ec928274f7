// The sleep timer: fades the sound and then ends playback.

const fadeMs = 30_000;
const minuteMs = 60_000;

type SleepTimer = {
  /** Starts or restarts the timer. Times are milliseconds of any monotonic clock. */
  start(minutes: number, nowMs: number): void;
  /** Updates the fade. Call it about once a second while {@link remainingMs} is not `null`. */
  tick(nowMs: number): void;
  /** Stops the timer and restores the full level. */
  cancel(): void;
  /** Returns the remaining time; `null` if the timer is off. */
  remainingMs(nowMs: number): number | null;
};

/**
 * Makes a sleep timer: it fades the sound over the last 30 seconds and then ends playback.
 * @param listener `onFade` receives a level 0..1, and 1 after a cancel. At the end only `onEnd` is called, so that the
 *   sound does not return for a moment; the next start of playback must restore the level.
 */
export function createSleepTimer(listener: { onFade(level: number): void; onEnd(): void }): SleepTimer {
  let endsAtMs: number | null = null;

  function cancel(): void {
    if (endsAtMs === null) return;
    endsAtMs = null;
    listener.onFade(1);
  }

  return {
    start(minutes, nowMs) {
      cancel();
      endsAtMs = nowMs + minutes * minuteMs;
    },
    tick(nowMs) {
      if (endsAtMs === null) return;
      const level = (endsAtMs - nowMs) / fadeMs;
      if (level > 0) {
        listener.onFade(Math.min(1, level));
        return;
      }
      endsAtMs = null;
      listener.onEnd();
    },
    cancel,
    remainingMs: (nowMs) => (endsAtMs === null ? null : Math.max(0, endsAtMs - nowMs)),
  };
}
