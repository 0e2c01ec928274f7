import type { Clock } from "../../shared/clock.ts";
import { make } from "../dom/dom.ts";

/** Says in words what sounds. */
type Captions = {
  /** @param atMs when it sounds, of {@link Clock.monotonicMs} */
  show(text: string, atMs: number): void;
  /** Takes away what is shown, and what was yet to be. */
  clear(): void;
};

/** Faster than this nobody reads. */
const leastGapMs = 1_000;
const mostLines = 2;

/** Makes captions, the newest last. Of those that come too fast the newest is shown, as soon as it can be read; it counts the others. */
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
    else after(shownAtMs + leastGapMs - clock.monotonicMs(), add);
    waiting = text;
  }

  function add(): void {
    if (waiting === null) return;
    const others = skipped === 0 ? "" : ` (and ${skipped} more)`;
    element.append(make("p", { textContent: `♪ ${waiting}${others}` }));
    while (element.children.length > mostLines) element.firstElementChild?.remove();
    shownAtMs = clock.monotonicMs();
    waiting = null;
    skipped = 0;
  }
}
