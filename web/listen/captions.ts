// Captions: short lines of text that name each sound.

import type { Clock } from "../../shared/clock.ts";
import { make } from "../dom/dom.ts";
import * as soundWords from "../words/english/sound.ts";
import { fill } from "../words/message.ts";

/** Shows captions of the sound. */
type Captions = {
  /** Shows a caption at a time. @param atMs of {@link Clock.monotonicMs} */
  show(text: string, atMs: number): void;
  /** Removes the captions on the page and those scheduled for later. */
  clear(): void;
};

/** Min time between two captions: no one can read faster. */
const minGapMs = 1_000;
const maxLines = 2;

/**
 * Makes captions, the newest last. If captions arrive too fast, it shows the newest as soon as possible and counts the
 * others.
 */
export function createCaptions(element: HTMLElement, clock: Clock): Captions {
  let shownAtMs = Number.NEGATIVE_INFINITY;
  let waiting: string | null = null;
  let skipped = 0;
  const cancels = new Set<() => void>();

  return {
    show(text, atMs) {
      after(atMs - clock.monotonicMs(), () => take(text));
    },
    clear() {
      for (const cancel of cancels) cancel();
      cancels.clear();
      waiting = null;
      skipped = 0;
      element.replaceChildren();
    },
  };

  function after(ms: number, then: () => void): void {
    const cancel = clock.after(Math.max(0, ms), () => {
      cancels.delete(cancel);
      then();
    });
    cancels.add(cancel);
  }

  function take(text: string): void {
    if (waiting !== null) skipped++;
    else after(shownAtMs + minGapMs - clock.monotonicMs(), add);
    waiting = text;
  }

  function add(): void {
    if (waiting === null) return;
    const line = { text: waiting };
    const textContent =
      skipped === 0 ? fill(soundWords.caption, line) : fill(soundWords.captionOfMany, { ...line, count: skipped });
    element.append(make("p", { textContent }));
    while (element.children.length > maxLines) element.firstElementChild?.remove();
    shownAtMs = clock.monotonicMs();
    waiting = null;
    skipped = 0;
  }
}
