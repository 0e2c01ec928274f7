// The page's counter of seconds.

import type { Clock } from "../../shared/clock.ts";
import type { PageState } from "./page-state.ts";

/** Counts the seconds since the page opened, independent of the device's clock. */
export function keepTime({ second }: PageState, clock: Clock): void {
  const tick = () => {
    second.value = Math.floor(clock.monotonicMs() / 1000);
  };
  tick();
  clock.every(1_000, tick);
}
