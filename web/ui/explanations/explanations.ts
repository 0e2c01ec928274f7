// Explanations: keys, legend and mapping.

import { find } from "../../dom/dom.ts";
import { showMissingPart } from "../../dom/missing-part.ts";
import type { MapTheme } from "../../map/colours.ts";

/** Connects the explanations: keys, legend and mapping. Each loads when a user opens it. */
export function explainWhenWanted(theme: () => MapTheme): void {
  fillOnOpen("legend", "legend", async (place) => (await import("./legend.ts")).showLegend(place, theme()));
  fillOnOpen("about", "mapping", async (place) => (await import("./mapping-view.ts")).showMapping(place));
  fillOnOpen("help", "help", async (place) => (await import("./key-list.ts")).showKeys(place));
}

/** Fills an element each time the sheet around it opens. */
function fillOnOpen(sheetId: string, placeId: string, show: (place: HTMLElement) => Promise<void>): void {
  const sheet = find(sheetId, HTMLElement);
  const place = find(placeId, HTMLElement);
  sheet.addEventListener("beforetoggle", () => {
    if (!sheet.matches(":popover-open")) show(place).catch((error) => showMissingPart(place, error));
  });
}
