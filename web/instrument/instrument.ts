// The drawing of the tuned-in station, in step with its sound: the buoy rides its sea.

import type { Clock } from "../../shared/clock.ts";
import { seaAtStation } from "../sea/conditions.ts";
import type { SeaState } from "../sea/sea-state.ts";
import { sunElevationDeg } from "../sea/sun.ts";
import { observe, onChange } from "../state/observe.ts";
import type { PageState } from "../state/page-state.ts";
import { describeStation } from "../words/words.ts";
import { drawScene } from "./scene.ts";
import { drawnSwell } from "./swell.ts";

/** Shows the drawing in `element`. It moves only while it is shown and motion is welcome. */
export function showInstrument(element: HTMLElement, state: PageState, clock: Clock): void {
  const { view, network, units } = state;
  const scene = drawScene(element, clock);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  observe([view, units, state.stationsLoaded, state.conditionsLoaded, state.minute], show);
  onChange(state.arrived, ({ newest }) => {
    if (newest?.observation.stationId === view.value.stationId) show();
  });
  still.addEventListener("change", show);
  onChange(state.sounded, (all) => {
    if (element.hidden || still.matches) return;
    for (const { event, atMs } of all) {
      if (event.type === "crest") scene.crest(atMs);
      if (event.type === "bell") scene.strike(atMs, event.hardness);
    }
  });
  onChange(state.northAtMs, (atMs) => {
    if (atMs !== null && !element.hidden && !still.matches) scene.turnLight(atMs);
  });

  function show(): void {
    const { stationId, mode } = view.value;
    if (mode !== "tune" || stationId === null) {
      scene.rest();
      return;
    }
    const sea = seaAtStation(network.conditions.get(stationId), clock.now());
    element.setAttribute("aria-label", describeStation(network.conditions.get(stationId), units.value, clock.now()));
    scene.show({
      swell: drawnSwell(sea.waveHeightM, sea.dominantPeriodS),
      wind: windOf(sea),
      sunDeg: sunOver(stationId),
      still: still.matches,
    });
  }

  function sunOver(stationId: string): number {
    const { latitude = null, longitude = null } = network.stations.get(stationId) ?? {};
    return latitude === null || longitude === null ? 0 : sunElevationDeg(clock.now(), { latitude, longitude });
  }
}

/** Returns the wind as seen by somebody who looks north: positive blows to the right. `null`: not measured. */
function windOf({ windSpeedMps, windDirDeg }: SeaState): { speedMps: number; rightward: number } | null {
  if (windSpeedMps === null) return null;
  const rightward = windDirDeg === null ? 0 : -Math.sin((windDirDeg * Math.PI) / 180);
  return { speedMps: windSpeedMps, rightward };
}
