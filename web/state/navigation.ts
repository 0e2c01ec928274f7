import type { PageState } from "./page-state.ts";
import { beginProgramme } from "./programme.ts";
import type { Mode, View } from "./view-url.ts";

/** The steps that lead from one view to the next. */
export type Navigation = {
  /** @param anyStation to tune in to where none is chosen */
  changeMode(mode: Mode, anyStation: string | null): void;
  /** Goes to another view, and begins what it says. */
  listenTo(wanted: Partial<View>): void;
  /** Goes back to the whole region, with no station chosen. */
  leaveStations(): void;
  tune(stationId: string): void;
  /** Compares: goes back to the station that was tuned in before. */
  swap(): void;
  replayStation(stationId: string): void;
  /** Opens a station's card, or closes it with `null`; what is tuned in follows. */
  choose(stationId: string | null): void;
  /** Goes out of whatever one is in. */
  back(): void;
};

/** Makes the steps. They change the view, and begin what it says where that is to sound from its start. */
export function createNavigation(state: PageState): Navigation {
  const { view } = state;
  /** The station tuned in before this one. */
  let stationBefore: string | null = null;

  return {
    changeMode(mode, anyStation) {
      const stationId = view.value.stationId ?? anyStation;
      if (mode !== "tune") listenTo({ mode });
      else if (stationId !== null) tune(stationId);
    },
    listenTo,
    leaveStations: () => listenTo({ mode: "network", stationId: null }),
    tune,
    swap() {
      if (stationBefore !== null) tune(stationBefore);
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
    if (now.mode === "tune" && now.stationId !== stationId) stationBefore = now.stationId;
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
