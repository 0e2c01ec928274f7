// Loads the drawing of the tuned-in station on first use.

import type { Clock } from "../../shared/clock.ts";
import { find } from "../dom/dom.ts";
import { lazy } from "../dom/lazy.ts";
import { observe } from "../state/observe.ts";
import type { PageState } from "../state/page-state.ts";

/** Shows the drawing while the page is tuned in to a station. */
export function offerInstrument(state: PageState, clock: Clock): void {
  const element = find("instrument", HTMLElement);
  const instrument = lazy(async () => {
    const { showInstrument } = await import("./instrument.ts");
    showInstrument(element, state, clock);
    return true;
  });
  observe([state.view], () => {
    const isNew = element.hidden && state.view.value.mode === "tune";
    element.hidden = state.view.value.mode !== "tune";
    // On a phone, the card with "Tune in" may be below the list.
    if (isNew) element.scrollIntoView({ block: "nearest" });
    // Without the drawing, everything is still in the card.
    if (!element.hidden) instrument.get().catch((error) => console.info("could not load the drawing:", error));
  });
}
