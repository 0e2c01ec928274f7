import type { Clock } from "../../shared/clock.ts";
import { setText } from "./dom.ts";

/** A screen reader has other things to say, too. */
const leastGapMs = 20_000;

/** Tells a screen reader, through a live region, at most one sentence in twenty seconds; the rest is not told. */
export function createAnnouncer(element: HTMLElement, clock: Clock): (sentence: string) => void {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return (sentence) => {
    if (clock.monotonicMs() - toldAtMs < leastGapMs) return;
    toldAtMs = clock.monotonicMs();
    setText(element, sentence);
  };
}
