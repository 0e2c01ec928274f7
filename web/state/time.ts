import type { Clock } from "../../shared/clock.ts";
import type { PageState } from "./page-state.ts";

/** Keeps the state's time, second by second. */
export function keepTime({ second }: PageState, clock: Clock): void {
  const tick = () => {
    second.value = Math.floor(clock.now() / 1000);
  };
  tick();
  clock.every(1_000, tick);
}
