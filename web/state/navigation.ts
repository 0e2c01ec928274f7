// Navigation between views.

import { type ReadonlySignal, signal } from "@preact/signals-core";
import type { PageState } from "./page-state.ts";
import { beginProgramme } from "./programme.ts";
import type { Mode, View } from "./view-url.ts";

/** Changes from one view to another. */
export type Navigation = {
  /** Changes the mode. @param anyStation the station for `tune` if none is selected */
  changeMode(mode: Mode, anyStation: string | null): void;
  /** Shows another view and plays it. */
  listenTo(wanted: Partial<View>): void;
  /** Returns to the whole region, with no station selected. */
  leaveStations(): void;
  tune(stationId: string): void;
  /** The previously tuned-in station; `null` if there is none. */
  readonly stationBefore: ReadonlySignal<string | null>;
  /** Switches back to the previously tuned-in station, to compare both. */
  swap(): void;
  replayStation(stationId: string): void;
  /** Opens a station's card, or closes it with `null`. A tuned-in programme follows the selection. */
  choose(stationId: string | null): void;
  /** Closes the card in network mode; in other modes returns to network mode. */
  back(): void;
};

/** Creates the navigation. It changes the view, and starts a programme if that must begin from its start. */
export function createNavigation(state: PageState): Navigation {
  const { view } = state;
  const stationBefore = signal<string | null>(null);

  return {
    changeMode(mode, anyStation) {
      const stationId = view.value.stationId ?? anyStation;
      if (mode !== "tune") listenTo({ mode });
      else if (stationId !== null) tune(stationId);
    },
    listenTo,
    leaveStations: () => listenTo({ mode: "network", stationId: null }),
    tune,
    stationBefore,
    swap() {
      if (stationBefore.value !== null) tune(stationBefore.value);
    },
    replayStation: (stationId) => listenTo({ mode: "24h", stationId }),
    choose,
    back() {
      if (view.value.mode === "network") choose(null);
      else listenTo({ mode: "network" });
    },
  };

  function tune(stationId: string): void {
    const now = view.value;
    if (now.mode === "tune" && now.stationId !== stationId) stationBefore.value = now.stationId;
    listenTo({ mode: "tune", stationId });
  }

  function choose(stationId: string | null): void {
    const { mode } = view.value;
    if (mode !== "tune") view.value = { ...view.value, stationId };
    else if (stationId !== null) tune(stationId);
    else listenTo({ mode: "network", stationId });
  }

  function listenTo(wanted: Partial<View>): void {
    view.value = { ...view.value, ...wanted };
    beginProgramme(state);
  }
}
