// Announcements for screen readers, limited to one in 20 seconds.

import type { Clock } from "../../shared/clock.ts";
import { setText } from "./dom.ts";

/** Min time between two sentences, so that the screen reader can also read other parts of the page. */
const minGapMs = 20_000;

/** Writes sentences into a live region, at most one in 20 seconds; the others are dropped. */
export function createAnnouncer(element: HTMLElement, clock: Clock): (sentence: string) => void {
  let lastAtMs = Number.NEGATIVE_INFINITY;
  return (sentence) => {
    if (clock.monotonicMs() - lastAtMs < minGapMs) return;
    lastAtMs = clock.monotonicMs();
    setText(element, sentence);
  };
}
