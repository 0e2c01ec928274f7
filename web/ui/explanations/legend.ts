// The legend of the map's marks.

import { make } from "../../dom/dom.ts";
import type { MapTheme } from "../../map/colours.ts";
import { drawMark, legendMarks } from "../../map/layers/marks.ts";

const words: readonly (readonly [keyof typeof legendMarks, string])[] = [
  ["cold", "cold water, 4 °C"],
  ["warm", "warm water, 28 °C"],
  ["lowWaves", "waves of 1 m: a small ring"],
  ["highWaves", "waves of 6 m: a wide ring"],
  ["westWind", "leaning east: wind from the west"],
  ["noWaterTemp", "hollow: water temperature not measured"],
  ["stale", "faded: two and a half hours old"],
  ["silent", "a dot: silent for three hours or more"],
];

const moving =
  "A spreading ring: its bell sounds now; dashed if waves or water temperature are missing. A thin line moving east: " +
  "many reports arrived at once and ring from west to east. A beam: it points to where the wind comes from when it pings. " +
  "The darker part of the map is at night.";

const [width, height, scale] = [56, 38, 1.2];

/** Shows the legend, with marks drawn by the map's own code. */
export function showLegend(element: HTMLElement, theme: MapTheme): void {
  element.replaceChildren(
    make("h2", { textContent: "What the marks mean" }),
    ...words.map(([mark, meaning]) =>
      make("div", { className: "legend-row" }, createPicture(mark), make("span", { textContent: meaning })),
    ),
    make("p", { textContent: moving }),
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
