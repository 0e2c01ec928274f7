// Explanations: keys, legend and mapping.

import { find } from "../../dom/dom.ts";
import { showMissingPart } from "../../dom/missing-part.ts";
import type { MapTheme } from "../../map/colours.ts";

/** Connects the explanations: keys, legend and mapping. Each loads when a user opens it. */
export function explainWhenWanted(theme: () => MapTheme): void {
  const legend = find("legend", HTMLElement);
  legend.addEventListener("beforetoggle", async () => {
    try {
      const { showLegend } = await import("./legend.ts");
      showLegend(legend, theme());
    } catch (error) {
      showMissingPart(legend, error);
    }
  });
  fillWhenSeen("about", "mapping", async () => (await import("./mapping-view.ts")).showMapping);
  fillWhenSeen("help", "help-keys", async () => (await import("./key-list.ts")).showKeys);
}

/** Loads the content of an element when the sheet or dialog around it opens. */
function fillWhenSeen(sheetId: string, id: string, load: () => Promise<(element: HTMLElement) => void>): void {
  const element = find(id, HTMLElement);
  const observer = new IntersectionObserver(async (entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    try {
      const show = await load();
      show(element);
      observer.disconnect();
    } catch (error) {
      showMissingPart(element, error);
    }
  });
  observer.observe(find(sheetId, HTMLElement));
}

/** Opens or closes the list of keys. Opening it closes other popovers; closing it opens them again. */
export function toggleHelp(): void {
  const help = find("help", HTMLDialogElement);
  if (help.open) {
    help.close();
    return;
  }
  const about = find("about", HTMLElement);
  const reopens = about.matches(":popover-open");
  help.showModal();
  if (!reopens) return;
  const goBack = () => {
    about.showPopover();
    find("show-help", HTMLButtonElement).focus();
  };
  help.addEventListener("close", goBack, { once: true });
}
