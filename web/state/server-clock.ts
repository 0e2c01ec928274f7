// The server's time on a device whose clock may be wrong.

import type { Clock } from "../../shared/clock.ts";

/** A clock whose `now` is the server's time; before the server has sent its time, it is the device's. */
export type ServerClock = Clock & {
  /** Takes the server's current time, in Unix milliseconds. @returns whether this changed `now` noticeably */
  set(serverMs: number): boolean;
  /** How far the device's clock is ahead of the server's, in ms; 0 while the server's time is unknown. */
  readonly deviceAheadMs: number;
};

/** A smaller difference is network delay, or the whole seconds of a `Date` header. */
const noticeableMs = 2_000;

/** Makes a clock that counts the server's time by the device's monotonic clock, so that steps of its clock do no harm. */
export function createServerClock(device: Clock): ServerClock {
  /** Difference to the monotonic clock, of the server's time and of the device's. */
  let serverOffsetMs: number | null = null;
  let deviceOffsetMs = device.now() - device.monotonicMs();

  function now(): number {
    const offsetMs = device.now() - device.monotonicMs();
    const jumpMs = offsetMs - deviceOffsetMs;
    deviceOffsetMs = offsetMs;
    if (serverOffsetMs === null) return device.now();
    // The monotonic clock stands still while some machines sleep. If the clock was set instead, the server corrects this.
    if (jumpMs > noticeableMs) serverOffsetMs += jumpMs;
    return serverOffsetMs + device.monotonicMs();
  }

  return {
    ...device,
    now,
    set(serverMs) {
      const isNoticeable = Math.abs(serverMs - now()) > noticeableMs;
      if (isNoticeable || serverOffsetMs === null) serverOffsetMs = serverMs - device.monotonicMs();
      return isNoticeable;
    },
    get deviceAheadMs() {
      return serverOffsetMs === null ? 0 : device.now() - now();
    },
  };
}
