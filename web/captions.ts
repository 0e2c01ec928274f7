import { make } from "./dom.ts";

/** Says in words what sounds. */
export type Captions = {
  /** @param atMs when it sounds, of `performance.now()` */
  show(text: string, atMs: number): void;
  clear(): void;
};

/** Faster than this nobody reads. */
const leastGapMs = 1_500;
const mostLines = 2;

/** Captions, the newest last; what comes too fast is only counted in the next. */
export function createCaptions(element: HTMLElement): Captions {
  let shownAtMs = Number.NEGATIVE_INFINITY;
  let skipped = 0;

  return {
    show(text, atMs) {
      setTimeout(() => add(text), Math.max(0, atMs - performance.now()));
    },
    clear() {
      element.replaceChildren();
    },
  };

  function add(text: string): void {
    const nowMs = performance.now();
    if (nowMs - shownAtMs < leastGapMs) {
      skipped++;
      return;
    }
    const others = skipped === 0 ? "" : ` (and ${skipped} more)`;
    skipped = 0;
    shownAtMs = nowMs;
    element.append(make("p", { textContent: `♪ ${text}${others}` }));
    while (element.children.length > mostLines) element.firstElementChild?.remove();
  }
}
