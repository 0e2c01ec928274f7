// Loads the station card on first use.

import type { Clock } from "../../shared/clock.ts";
import { find } from "../dom/dom.ts";
import { lazy } from "../dom/lazy.ts";
import { showMissingPart } from "../dom/missing-part.ts";
import type { Navigation } from "../state/navigation.ts";
import { observe } from "../state/observe.ts";
import type { PageState } from "../state/page-state.ts";

/**
 * Loads the card when the user first selects a station.
 * @param server `null` if the page has no server
 * @param listen starts the sound, in the gesture that asks for it
 */
export function offerCard(
  state: PageState,
  server: string | null,
  navigation: Navigation,
  listen: () => unknown,
  clock: Clock,
): void {
  const { view } = state;
  const element = find("card", HTMLElement);
  const card = lazy(async () => {
    const { showOpenCard } = await import("./open-card.ts");
    showOpenCard(state, server, navigation, listen, clock);
    return true;
  });
  observe([view], () => {
    if (card.value) return;
    if (view.value.stationId === null) {
      element.hidden = true;
      return;
    }
    card.get().catch((error) => {
      // The user may have closed it meanwhile.
      if (view.value.stationId !== null) showMissingPart(element, error);
    });
  });
}
