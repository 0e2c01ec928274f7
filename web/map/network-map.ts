// Connects the page's state with the map.

import type { Clock } from "../../shared/clock.ts";
import type { Announcer } from "../dom/announcer.ts";
import { find, setText } from "../dom/dom.ts";
import { paced } from "../dom/pace.ts";
import { currentWindDirection } from "../sea/conditions.ts";
import { isHeard, presetChoices } from "../sound/preset.ts";
import type { Navigation } from "../state/navigation.ts";
import { placedStations } from "../state/network.ts";
import { observe, onChange } from "../state/observe.ts";
import { type PageState, type StationSound, stationSoundOf } from "../state/page-state.ts";
import type { MapView } from "../state/view-url.ts";
import { describeListed } from "../stations/listed.ts";
import { markOf, marksOf } from "./network-marks.ts";
import { createWorldMap, type WorldMap } from "./world-map.ts";

/** Time between two changes of marks while reports arrive. */
const restMs = 2_000;

/**
 * Shows the network on the page's map, with the selected and the sounding stations.
 * @param onTap called in the gesture that selects a station by a tap
 */
export function showNetworkMap(
  state: PageState,
  { choose }: Navigation,
  onTap: (stationId: string) => void,
  { answer }: Announcer,
  clock: Clock,
): WorldMap {
  const { network, view, mapView } = state;
  /** The view that the map reported last. */
  let ownView: MapView | null = null;
  const map = createWorldMap(
    find("map", HTMLElement),
    {
      onSelect(stationId, isTapped) {
        // The card may be far from the focus. If a programme starts, its announcement names the station instead.
        answer(() => (stationId === null ? "" : describeChosen(state, stationId, clock.now())));
        choose(stationId);
        if (stationId !== null && isTapped) onTap(stationId);
      },
      onView(seen) {
        ownView = seen;
        mapView.value = seen;
        showInView();
      },
    },
    clock,
  );
  observe([mapView], () => {
    if (mapView.value === null || mapView.value === ownView) return;
    map.setView(mapView.value);
    showInView();
  });
  observe([state.stationsLoaded], () => {
    map.setStations(placedStations(network));
    showInView();
  });
  observe([state.stationsLoaded, state.conditionsLoaded, state.minute], () =>
    map.setMarks(marksOf(network, clock.now())),
  );
  showArrivals(state, map, clock);
  observe([view], () => map.select(view.value.stationId));
  nameChoice(state);
  observe([state.pastAtMs], () => map.setTimeMs(state.pastAtMs.value));
  onChange(state.sounded, (all) => {
    for (const sounded of all) pulse(stationSoundOf(sounded));
  });
  shineLighthouse(state, map, clock);
  return map;

  function showInView(): void {
    state.inView.value = new Set(map.stationsInView());
  }

  function pulse(sound: StationSound | null): void {
    if (sound === null) return;
    const { event, stationId, atMs } = sound;
    map.pulse(stationId, event.type === "bell" ? event.hardness : null, atMs);
  }
}

/** Changes the marks of stations whose reports arrive. */
function showArrivals({ network, arrived }: PageState, map: WorldMap, clock: Clock): void {
  const changed = new Set<string>();
  const show = paced(
    () => {
      for (const stationId of changed) {
        const known = network.conditions.get(stationId);
        if (known) map.setMark(stationId, markOf(known, clock.now()));
      }
      changed.clear();
    },
    restMs,
    clock,
  );
  onChange(arrived, ({ newest }) => {
    if (newest) changed.add(newest.observation.stationId);
    show();
  });
}

/** Shows the lighthouse over the tuned-in station while it sounds. */
function shineLighthouse(state: PageState, map: WorldMap, clock: Clock): void {
  const { view, network } = state;
  observe([view], () => shine(clock.monotonicMs()));
  // A wind update does not start another turn.
  observe([state.stationsLoaded, state.conditionsLoaded, state.minute], () => shine(null));
  onChange(state.arrived, ({ newest }) => {
    if (newest?.observation.stationId === view.value.stationId) shine(null);
  });
  onChange(state.northAtMs, (atMs) => atMs !== null && map.turnLighthouse(atMs));

  function shine(turnsSinceMs: number | null): void {
    const { mode, preset, stationId } = view.value;
    const known = stationId === null ? undefined : network.conditions.get(stationId);
    const windDirDeg = currentWindDirection(known, clock.now());
    const pings = mode === "tune" && isHeard(presetChoices[preset].lighthouse, false);
    map.setLighthouse(
      pings && stationId !== null && windDirDeg !== null ? { stationId, windDirDeg, turnsSinceMs } : null,
    );
  }
}

function describeChosen({ network, units }: PageState, stationId: string, nowMs: number): string {
  const { stations, conditions } = network;
  const chosen = { stationId, station: stations.get(stationId), conditions: conditions.get(stationId) };
  return describeListed(chosen, units.value, nowMs);
}

/**
 * Names the chosen station inside the map, for screen readers. The map is a list box, because Orca 43 says nothing about
 * an `application` and takes its keys. Without `aria-selected`: the announcement of the choice has the name already.
 */
function nameChoice({ view, network, stationsLoaded }: PageState): void {
  const choice = find("map-choice", HTMLElement);
  const none = choice.textContent ?? "";
  observe([view, stationsLoaded], () => {
    const { stationId } = view.value;
    setText(choice, stationId === null ? none : (network.stations.get(stationId)?.name ?? stationId));
  });
}
