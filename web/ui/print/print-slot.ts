// Loads the rules for printing after the page.

import type { Clock } from "../../../shared/clock.ts";

const waitMs = 2_000;

/** Loads them when the page has rested: the browser prints without a chance to load anything. */
export function offerPrint(clock: Clock): void {
  clock.after(waitMs, async () => {
    try {
      const { preparePrint } = await import("./print.ts");
      preparePrint(clock);
    } catch (error) {
      console.info("could not load the rules for printing:", error);
    }
  });
}
