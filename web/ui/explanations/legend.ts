// The legend of the map's marks.

import { make } from "../../dom/dom.ts";
import type { MapTheme } from "../../map/colours.ts";
import { drawMark, legendMarks } from "../../map/layers/marks.ts";
import * as legendWords from "../../words/english/legend.ts";

const marks = Object.keys(legendWords.marks) as (keyof typeof legendWords.marks)[];
const [width, height, scale] = [56, 38, 1.2];

/** Shows the legend, with marks drawn by the map's own code. */
export function showLegend(element: HTMLElement, theme: MapTheme): void {
  element.replaceChildren(
    make("h2", { textContent: legendWords.title }),
    ...marks.map((mark) => {
      const meaning = make("span", { textContent: legendWords.marks[mark] });
      return make("div", { className: "legend-row" }, createPicture(mark), meaning);
    }),
    make("p", { textContent: legendWords.moving }),
    ...(theme.forced ? [] : [make("p", { textContent: legendWords.night })]),
  );

  function createPicture(mark: keyof typeof legendMarks): HTMLCanvasElement {
    const ratio = Math.min(2, devicePixelRatio);
    const canvas = make("canvas", {
      width: width * ratio,
      height: height * ratio,
      attributes: { "aria-hidden": "true" },
    });
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const context = canvas.getContext("2d");
    context?.scale(ratio, ratio);
    if (context)
      drawMark(context, legendMarks[mark], { x: width / 2, y: height / 2 + (isWide(mark) ? 0 : 5), scale, theme });
    return canvas;
  }
}

/** Returns whether a mark needs the whole picture: a wide ring does; a small mark has its foot below the middle. */
function isWide(mark: keyof typeof legendMarks): boolean {
  return (legendMarks[mark].waveHeightM ?? 0) > 3;
}
