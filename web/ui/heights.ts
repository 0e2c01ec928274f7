// Heights of the parts that cover the page, for the style.

import { find } from "../dom/dom.ts";

/**
 * Keeps the heights of the header, the dock and the card in the CSS variables `--header-size`, `--dock-size` and
 * `--card-size`. They grow with the font, the text spacing and the language, and the rest of the page makes room.
 */
export function publishHeights(): void {
  const { style } = document.documentElement;
  const observer = new ResizeObserver((entries) => {
    for (const { target, borderBoxSize } of entries) {
      const height = borderBoxSize[0]?.blockSize;
      // During a search, a phone hides the card. Afterwards the page needs its room at once.
      if (height) style.setProperty(`--${target.id}-size`, `${height}px`);
    }
  });
  for (const id of ["header", "dock", "card"]) observer.observe(find(id, HTMLElement));
}
