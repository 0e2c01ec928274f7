// The open card of the selected station.

import type { Clock } from "../../shared/clock.ts";
import { find } from "../dom/dom.ts";
import type { Navigation } from "../state/navigation.ts";
import { observe, onChange } from "../state/observe.ts";
import type { PageState } from "../state/page-state.ts";
import { followHistory } from "./card-history.ts";
import { createStationCard } from "./station-card.ts";

/**
 * Shows the card of the selected station with its past day.
 * @param server `null` if the page has no server
 * @param listen starts the sound, in the gesture that asks for it
 */
export function showOpenCard(
  state: PageState,
  server: string | null,
  navigation: Navigation,
  listen: () => unknown,
  clock: Clock,
): void {
  const { view, network, units, history } = state;
  const element = find("card", HTMLElement);
  const card = createStationCard(element, {
    onTune(stationId) {
      navigation.tune(stationId);
      listen();
    },
    onReplay(stationId) {
      navigation.replayStation(stationId);
      listen();
    },
    onCompare() {
      navigation.swap();
      listen();
    },
    onClose: () => navigation.choose(null),
  });
  let shownId: string | null = null;
  followHistory(state, server, clock);
  observe(
    [view, navigation.stationBefore, history, units, state.stationsLoaded, state.conditionsLoaded, state.quarter],
    show,
  );
  onChange(state.arrived, ({ newest }) => {
    if (newest?.observation.stationId === view.value.stationId) show();
  });

  function show(): void {
    const { stationId, mode } = view.value;
    if (stationId === null) {
      close();
      return;
    }
    card.show({
      stationId,
      station: network.stations.get(stationId),
      conditions: network.conditions.get(stationId),
      history: history.value,
      units: units.value,
      nowMs: clock.now(),
      tuned: mode === "tune",
      before: nameOf(navigation.stationBefore.value, stationId),
    });
    // On a phone, the card covers what would repeat its words.
    document.body.dataset.card = "open";
    // On a low screen, the card may be far above the row that the user tapped.
    if (stationId !== shownId && document.querySelector("#list :focus:not(:focus-visible)")) {
      element.scrollIntoView({ block: "nearest" });
    }
    shownId = stationId;
  }

  /** Returns the name of the station before, unless it is the shown one. */
  function nameOf(before: string | null, shown: string): string | null {
    return before === null || before === shown ? null : (network.stations.get(before)?.name ?? before);
  }

  /** Closes the card; a keyboard user continues on the map. */
  function close(): void {
    const hadFocus = element.contains(document.activeElement);
    element.hidden = true;
    shownId = null;
    delete document.body.dataset.card;
    if (hadFocus) find("map", HTMLElement).focus();
  }
}
