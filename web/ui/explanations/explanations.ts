import { find, make } from "../../dom/dom.ts";
import { showMissingPart } from "../../dom/missing-part.ts";
import type { MapTheme } from "../../map/colours.ts";
import { shortcuts } from "../keys.ts";

/** Lets the page explain itself: keys, legend and mapping; the latter two are fetched when somebody comes to read them. */
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

/** Shows the keys, or closes them. What lay open is closed by showing them, and is there again afterwards. */
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
