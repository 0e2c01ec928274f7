// A check of a page's layout: texts and controls that overlap, are cut off, or need sideways scrolling.

import type { Page } from "./browser.ts";

/** Selectors of parts that the check treats in another way. */
export type LayoutRules = {
  /** Texts that may end in an ellipsis, such as a station's name. */
  mayBeCut?: string;
  /** Backgrounds, which other parts may cover. */
  background?: string;
  /** A part that covers the page, like an open dialog. */
  sheet?: string;
};

/**
 * Finds the faults of the visible layout, at the page's top and at its end. An open popover, dialog or sheet is checked alone.
 * @returns one sentence for each fault
 */
export async function findLayoutFaults(page: Page, rules: LayoutRules = {}): Promise<string[]> {
  const none = "no-such-element";
  const { mayBeCut = none, background = none, sheet = none } = rules;
  return page.view.evaluate(`(${findFaults})(${JSON.stringify({ mayBeCut, background, sheet })})`);
}

/** Shows the page at a size in CSS pixels, and waits until it has a new layout. */
export async function resizePage(page: Page, width: number, height: number): Promise<void> {
  await page.view.cdp("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
  await page.view.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
}

/** Runs in the page, so it cannot use anything from this module. */
async function findFaults({ mayBeCut, background, sheet }: Required<LayoutRules>): Promise<string[]> {
  type Box = { left: number; top: number; right: number; bottom: number };
  type Item = Box & { element: Element; name: string; scroller: Element | null; isFixed: boolean; isPanel: boolean };

  /** Tolerance in pixels: browsers round positions. */
  const slack = 1.5;
  const controls = "button, input, select, textarea, progress, summary, img, svg, canvas";
  const faults = new Set<string>();
  const layers = [...document.querySelectorAll(`:popover-open, dialog[open], ${sheet}`)];
  const root = layers.at(-1) ?? document.body;
  const frame = () => new Promise((done) => requestAnimationFrame(done));

  for (const share of layers.length > 0 ? [0] : [0, 1]) {
    scrollTo({ top: share * document.documentElement.scrollHeight, behavior: "instant" });
    await frame();
    check();
  }
  scrollTo({ top: 0, behavior: "instant" });
  return [...faults];

  function check(): void {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) faults.add(`the page scrolls sideways: ${scrollWidth} px in ${clientWidth} px`);
    const items = [root, ...root.querySelectorAll("*")].filter(isVisible).flatMap(itemsOf);
    for (const item of items) if (!item.isPanel) checkBounds(item);
    for (const [index, item] of items.entries()) for (const other of items.slice(index + 1)) checkPair(item, other);
  }

  function isVisible(element: Element): boolean {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true })) {
      return false;
    }
    // Text for screen readers only.
    return !chainOf(element).some((one) => getComputedStyle(one).clipPath.startsWith("inset(50%"));
  }

  /** Returns an element and its ancestors up to the root. */
  function chainOf(element: Element): Element[] {
    const chain: Element[] = [];
    for (let one: Element | null = element; one; one = one === root ? null : one.parentElement) chain.push(one);
    return chain;
  }

  /** Returns the lines of an element's own texts, and its box if it is a control or a panel. */
  function itemsOf(element: Element): Item[] {
    if (element.matches(background)) return [];
    const chain = chainOf(element);
    const scroller =
      chain.find((one) => one !== element && /auto|scroll/.test(getComputedStyle(one).overflowY)) ?? null;
    const isFixed = chain.some((one) => getComputedStyle(one).position === "fixed");
    const make = (box: Box, name: string, isPanel = false): Item => {
      const { left, top, right, bottom } = box;
      return { left, top, right, bottom, element, name, scroller, isFixed, isPanel };
    };
    const found: Item[] = [];
    for (const node of element.childNodes) {
      if (!(node instanceof Text) || !node.data.trim()) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) {
        if (box.width > 0 && box.height > 0) found.push(make(box, `“${node.data.trim().slice(0, 40)}”`));
      }
    }
    const box = element.getBoundingClientRect();
    const { position, backgroundColor } = getComputedStyle(element);
    const isControl = element.matches(controls) && element.parentElement?.closest("svg") === null;
    const isPanel = element !== root && /absolute|fixed/.test(position) && !/, 0\)$/.test(backgroundColor);
    if (box.width === 0 || box.height === 0 || !(isControl || isPanel)) return found;
    const name = `<${element.localName}${element.id && ` id="${element.id}"`}> ${element.textContent?.trim().slice(0, 20)}`;
    found.push(make(box, name, isPanel));
    if (isTooNarrow(element)) faults.add(`${name} is too narrow for its text`);
    return found;
  }

  /** Returns whether a select or a field cuts its own text. */
  function isTooNarrow(element: Element): boolean {
    if (element instanceof HTMLSelectElement) {
      const alone = document.createElement("select");
      alone.append(new Option(element.selectedOptions[0]?.text));
      alone.style.cssText = "position: absolute; max-width: none; visibility: hidden";
      element.after(alone);
      const isNarrower = alone.offsetWidth > element.offsetWidth + slack;
      alone.remove();
      return isNarrower;
    }
    if (!(element instanceof HTMLInputElement) || !element.placeholder) return false;
    const { font, paddingLeft, paddingRight } = getComputedStyle(element);
    const context = new OffscreenCanvas(1, 1).getContext("2d");
    if (context === null) throw new Error("no canvas");
    context.font = font;
    const textWidth = context.measureText(element.placeholder).width;
    return textWidth > element.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
  }

  /** Checks that an item is inside the boxes around it, and inside the window. */
  function checkBounds(item: Item): void {
    const mayEnd = item.element.closest(mayBeCut) !== null;
    // A line of text may be higher than its line height.
    const above = 0.35 * Number.parseFloat(getComputedStyle(item.element).fontSize);
    let isPlaced = false;
    for (const one of chainOf(item.element)) {
      const { overflowX, overflowY, position } = getComputedStyle(one);
      const box = one.getBoundingClientRect();
      const isOutside = item.left < box.left - slack || item.right > box.right + slack;
      const isHigher = item.top < box.top - above || item.bottom > box.bottom + above;
      const clips = overflowX !== "visible";
      const scrolls = /auto|scroll/.test(overflowY);
      const holds = clips || (!isPlaced && hasEdge(one));
      if (holds && !mayEnd && (one !== item.element || isText(item))) {
        if (isOutside) faults.add(`${item.name} is wider than ${nameOf(one)}`);
        if (isHigher && !scrolls) faults.add(`${item.name} is higher than ${nameOf(one)}`);
      }
      if (position === "fixed") break;
      // Its place does not depend on the boxes between it and its containing block, but they may still clip it.
      isPlaced ||= position === "absolute";
      if (scrolls) break;
    }
    if (item.left < -slack || item.right > innerWidth + slack) faults.add(`${item.name} is outside of the window`);
    const isUnreachable = item.isFixed && item.scroller === null;
    if (isUnreachable && (item.top < -slack || item.bottom > innerHeight + slack)) {
      faults.add(`${item.name} is above or below the window`);
    }
  }

  function checkPair(a: Item, b: Item): void {
    if (a.element === b.element || a.element.contains(b.element) || b.element.contains(a.element)) return;
    if (a.isPanel && b.isPanel) return;
    // The user can scroll what a fixed part covers, except at the end of the page.
    const { scrollHeight } = document.documentElement;
    if (a.isFixed !== b.isFixed && scrollY + innerHeight < scrollHeight - slack) return;
    const inSameScroller = a.scroller === b.scroller;
    const [first, second] = inSameScroller ? [a, b] : [clip(a), clip(b)];
    const width = Math.min(first.right, second.right) - Math.max(first.left, second.left);
    const height = Math.min(first.bottom, second.bottom) - Math.max(first.top, second.top);
    // Boxes of two lines of text may touch: a line's box is as high as the font allows.
    const deep = isText(a) && isText(b) ? 0.3 * Math.min(a.bottom - a.top, b.bottom - b.top) : slack;
    if (width > slack && height > deep)
      faults.add(`${a.name} and ${b.name} overlap by ${Math.round(width)} × ${Math.round(height)} px`);
  }

  /** Returns the part of an item that its scroller shows. */
  function clip({ left, top, right, bottom, scroller }: Item): Box {
    if (scroller === null) return { left, top, right, bottom };
    const box = scroller.getBoundingClientRect();
    return { left, right, top: Math.max(top, box.top), bottom: Math.min(bottom, box.bottom) };
  }

  function isText({ name }: Item): boolean {
    return name.startsWith("“");
  }

  /** Returns whether users see where an element ends. */
  function hasEdge(element: Element): boolean {
    const { backgroundColor, borderTopColor, borderTopWidth, display } = getComputedStyle(element);
    if (/^inline$|contents/.test(display)) return false;
    const isFilled = (colour: string) => !/, 0\)$/.test(colour);
    const hasBorder = borderTopWidth !== "0px" && isFilled(borderTopColor);
    return element.matches("header, main, footer, section, article, li") || isFilled(backgroundColor) || hasBorder;
  }

  function nameOf(element: Element): string {
    return `<${element.localName}${element.id && ` id="${element.id}"`}${element.className && ` class="${element.className}"`}>`;
  }
}
