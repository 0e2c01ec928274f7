// Detects an audio clock that stands still although its context runs.

import type { Clock } from "../../../../shared/clock.ts";

/** Watches an audio clock. */
type Standstill = {
  readonly stands: boolean;
  /** Starts to watch, or grants the clock time to start again. */
  watch(): void;
};

const lookMs = 300;
/** A running clock advances every few milliseconds. */
const stillMs = 1_000;
/** Looks at a clock that moves again: a touch within this time still resumes the sound, and does not pause it. */
const movingLooks = 7;

/**
 * Makes a watch. After a device was unplugged or a call has ended, some browsers report a running context whose time no
 * longer advances. Only looks count, since a blocked page gets old readings.
 * @param nowS returns the audio clock's time; `null` while it may stand still
 * @param onChange called when the clock stops or moves again
 */
export function createStandstill(nowS: () => number | null, onChange: () => void, clock: Clock): Standstill {
  let stands = false;
  let lastS: number | null = null;
  let movedAtMs = 0;
  let stillLooks = 0;
  let moves = 0;
  let stop: (() => void) | undefined;

  function look(): void {
    const timeS = nowS();
    if (timeS === null || timeS !== lastS) {
      movedAtMs = clock.monotonicMs();
      stillLooks = 0;
      moves++;
    } else {
      stillLooks++;
      moves = 0;
    }
    lastS = timeS;
    const stood = stands;
    const isStill = stillLooks > 1 && clock.monotonicMs() - movedAtMs >= stillMs;
    stands = isStill || (stood && moves < movingLooks);
    if (stands !== stood) onChange();
  }

  return {
    get stands() {
      return stands;
    },
    watch() {
      stands = false;
      lastS = null;
      stop?.();
      stop = clock.every(lookMs, look);
    },
  };
}
