import type { Clock } from "../../shared/clock.ts";
import type { PageState } from "./page-state.ts";

/** Counts the seconds for which the page is open, whatever the device's clock is set to. */
export function keepTime({ second }: PageState, clock: Clock): void {
  const tick = () => {
    second.value = Math.floor(clock.monotonicMs() / 1000);
  };
  tick();
  clock.every(1_000, tick);
}
