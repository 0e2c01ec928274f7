// A check that all of a page can be read and used: nothing stays covered, and controls are large enough.

import type { Page } from "./browser.ts";

/**
 * Scrolls to each visible text and control, and checks that no other part covers it. Also checks that controls are at
 * least 44 px in size, or 24 px in a paragraph. An open popover or sheet is checked alone.
 * @param options.background selector of what other parts may cover
 * @param options.sheet selector of a part that covers the page
 * @returns one sentence for each fault
 */
export function findReachFaults(page: Page, options: { background?: string; sheet?: string } = {}): Promise<string[]> {
  const { background = "no-such-element", sheet = "no-such-element" } = options;
  return page.view.evaluate(`(${findFaults})(${JSON.stringify({ background, sheet })})`);
}

/** Sets the text spacing that a page must survive, by WCAG 1.4.12, or removes it. */
export async function spaceText(page: Page, isSpaced: boolean): Promise<void> {
  const rules = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
    p { margin-bottom: 2em !important }`;
  // The page's Content Security Policy forbids a style element.
  await page.view.evaluate(`(async () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(${JSON.stringify(isSpaced ? rules : "")});
    document.adoptedStyleSheets = [sheet];
  })()`);
}

/** Runs in the page, so it cannot use anything from this module. */
function findFaults({ background, sheet }: { background: string; sheet: string }): string[] {
  const faults = new Set<string>();
  const controls = "button, input, select, summary, a[href]";
  const layers = [...document.querySelectorAll(`:popover-open, ${sheet}`)];
  const root = layers.at(-1) ?? document.body;
  // Otherwise the browser does not find parts that pass clicks on.
  const clickable = new CSSStyleSheet();
  clickable.replaceSync("* { pointer-events: auto !important }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, clickable];
  for (const element of root.querySelectorAll("*")) if (isVisible(element)) check(element);
  document.adoptedStyleSheets = document.adoptedStyleSheets.slice(0, -1);
  for (const one of [root, ...root.querySelectorAll("*")]) one.scrollTop = 0;
  scrollTo({ top: 0, behavior: "instant" });
  return [...faults];

  function isVisible(element: Element): boolean {
    if (element.matches(background) || !element.checkVisibility({ visibilityProperty: true })) return false;
    // Text for screen readers only, and the link that appears with the focus.
    return element.closest(".unseen, .skip, thead") === null;
  }

  function check(element: Element): void {
    const name = `<${element.localName}${element.id && ` id="${element.id}"`}> ${element.textContent?.trim().slice(0, 30)}`;
    const texts = [...element.childNodes].filter((node) => node instanceof Text && node.data.trim());
    const isControl = element.matches(controls);
    if (!isControl && texts.length === 0) return;
    element.scrollIntoView({ block: "center", behavior: "instant" });
    const boxes = isControl ? [element.getBoundingClientRect()] : texts.flatMap(linesOf);
    // A text may be higher than the window: its middle line is in sight now.
    const box = boxes.toSorted(
      (a, b) => Math.abs(middleOf(a) - innerHeight / 2) - Math.abs(middleOf(b) - innerHeight / 2),
    )[0];
    if (box) checkCovered(box);
    if (isControl) checkSize();

    function checkCovered(box: DOMRect): void {
      const hit = document.elementFromPoint(box.left + Math.min(4, box.width / 2), middleOf(box));
      if (hit === null) faults.add(`${name} cannot be scrolled into the window`);
      else if (!element.contains(hit) && !hit.contains(element)) {
        faults.add(`${name} is covered by <${hit.localName}> in #${hit.closest("[id]")?.id}`);
      }
    }

    function checkSize(): void {
      const { width, height } = (element.closest("label") ?? element).getBoundingClientRect();
      const min = element.closest("p") ? 24 : 44;
      if (Math.min(width, height) < min - 0.5) {
        faults.add(`${name} is ${Math.round(width)} × ${Math.round(height)} px`);
      }
    }
  }

  function middleOf({ top, bottom }: DOMRect): number {
    return (top + bottom) / 2;
  }

  function linesOf(text: Node): DOMRect[] {
    const range = document.createRange();
    range.selectNodeContents(text);
    return [...range.getClientRects()].filter(({ width, height }) => width > 0 && height > 0);
  }
}
