// Announcements for screen readers.

import type { Clock } from "../../shared/clock.ts";
import { make } from "./dom.ts";

/** Writes sentences for a screen reader. */
export type Announcer = {
  /**
   * Answers an action of the user.
   * @param describe returns the sentence after the action's other effects; of several answers, only the last is written
   */
  answer(describe: () => string): void;
  /**
   * Announces something that the user did not ask for, unless another sentence was written in the last 20 seconds. It never
   * replaces an answer.
   */
  report(sentence: string): void;
};

/** Min time between a report and the sentence before it, so that the screen reader can also read other parts of the page. */
const minGapMs = 20_000;
/** One action may have several answers, and an arrow key is held. */
const settleMs = 300;
const maxSentences = 3;

/** Creates an announcer. @param write receives each sentence */
export function createAnnouncer(write: (sentence: string) => void, clock: Clock): Announcer {
  let lastAtMs = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;
  return {
    answer(describe) {
      lastAtMs = clock.monotonicMs();
      cancel?.();
      cancel = clock.after(settleMs, () => write(describe()));
    },
    report(sentence) {
      if (clock.monotonicMs() - lastAtMs < minGapMs) return;
      lastAtMs = clock.monotonicMs();
      write(sentence);
    },
  };
}

/** Adds a sentence to a live region as a new element: a screen reader may lose a text that is replaced before its turn. */
export function addSentence(region: HTMLElement, sentence: string): void {
  if (sentence !== "") region.append(make("p", { textContent: sentence }));
  while (region.children.length > maxSentences) region.firstElementChild?.remove();
}
