// Fades the sound after some minutes.

const fadeMs = 30_000;
const minuteMs = 60_000;

type SleepTimer = {
  /** Begins, or begins anew. Times are any steady clock's, in milliseconds. */
  start(minutes: number, nowMs: number): void;
  /** To be called about once a second while {@link remainingMs} is not `null`. */
  tick(nowMs: number): void;
  /** Lets the sound go on, as loud as before. */
  cancel(): void;
  /** `null`: it does not run. */
  remainingMs(nowMs: number): number | null;
};

/**
 * Lets a listener fall asleep: the sound fades over the last 30 seconds, then it ends.
 * @param listener `onFade` is told a level 0..1, and 1 where the timer is cancelled; at the end `onEnd` alone, so that
 *   nothing flares up: whoever plays on after it sets the level back
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
