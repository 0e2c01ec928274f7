// Explanations: keys, legend and mapping.

import { find, make } from "../../dom/dom.ts";
import { showMissingPart } from "../../dom/missing-part.ts";
import type { MapTheme } from "../../map/colours.ts";
import { shortcuts } from "../keys.ts";

/** Connects the explanations: keys, legend and mapping. The last two load when a user opens them. */
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
  const mapping = find("mapping", HTMLElement);
  const observer = new IntersectionObserver(async (entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    try {
      const { showMapping } = await import("./mapping-view.ts");
      showMapping(mapping);
      observer.disconnect();
    } catch (error) {
      showMissingPart(mapping, error);
    }
  });
  observer.observe(find("about", HTMLElement));
  find("help-keys", HTMLElement).append(
    ...shortcuts.flatMap(({ shown, does }) => [
      make("dt", {}, make("kbd", { textContent: shown })),
      make("dd", { textContent: does }),
    ]),
  );
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
