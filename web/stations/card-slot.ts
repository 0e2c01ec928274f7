import type { Clock } from "../../shared/clock.ts";
import { find } from "../dom/dom.ts";
import { lazy } from "../dom/lazy.ts";
import { showMissingPart } from "../dom/missing-part.ts";
import type { Navigation } from "../state/navigation.ts";
import { observe } from "../state/observe.ts";
import type { PageState } from "../state/page-state.ts";

/** Fetches the card with the first station that somebody chooses. @param server `null` where none can be asked */
export function offerCard(state: PageState, server: string | null, navigation: Navigation, clock: Clock): void {
  const { view } = state;
  const element = find("card", HTMLElement);
  const card = lazy(async () => {
    const { showOpenCard } = await import("./open-card.ts");
    showOpenCard(state, server, navigation, clock);
    return true;
  });
  observe([view], () => {
    if (card.value) return;
    if (view.value.stationId === null) {
      element.hidden = true;
      return;
    }
    card.get().catch((error) => {
      // It may have been closed since.
      if (view.value.stationId !== null) showMissingPart(element, error);
    });
  });
}
