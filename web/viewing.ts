import type { Clock } from "../shared/clock.ts";
import { decodeView, encodeView, type MapView, type Mode, type View } from "./view-url.ts";

/** What is listened to and looked at, and the steps that lead from one view to the next. */
export type Viewing = {
  readonly view: View;
  changeMode(mode: Mode): void;
  /** Another sound of the same. */
  change(wanted: Pick<View, "preset">): void;
  /** Back to the whole region, with no station chosen. */
  leaveStations(): void;
  tune(stationId: string): void;
  /** Compares: back to the station that was tuned in before. */
  swap(): void;
  replayStation(stationId: string): void;
  /** Opens a station's card, or closes it with `null`; what is tuned in follows. */
  choose(stationId: string | null): void;
  /** Out of whatever one is in. */
  back(): void;
  moveMap(map: MapView): void;
};

export type ViewingParts = {
  clock: Clock;
  /** The station to begin with where none was chosen. */
  anyStation(): string | null;
  /** Another view. @param again whether what sounds begins anew */
  onView(again: boolean): void;
  /** The address says where the map is to look. */
  onMap(map: MapView): void;
};

const keepAgainMs = 1_000;

/** Keeps the view in the page's address, so that a link shares what is heard, and follows an address that is written there. */
export function createViewing({ clock, anyStation, onView, onMap }: ViewingParts): Viewing {
  let view: View = decodeView(location.hash);
  /** The station tuned in before this one. */
  let stationBefore: string | null = null;
  let cancelKeeping: (() => void) | undefined;
  addEventListener("hashchange", followAddress);

  return {
    get view() {
      return view;
    },
    changeMode(mode) {
      const stationId = view.stationId ?? anyStation();
      if (mode !== "tune") listenTo({ mode });
      else if (stationId !== null) tune(stationId);
    },
    change: listenTo,
    leaveStations: () => listenTo({ mode: "network", stationId: null }),
    tune,
    swap() {
      if (stationBefore !== null) tune(stationBefore);
    },
    replayStation: (stationId) => listenTo({ mode: "24h", stationId }),
    choose,
    back() {
      if (view.mode === "network") choose(null);
      else listenTo({ mode: "network" });
    },
    moveMap(map) {
      view = { ...view, map };
      keep();
    },
  };

  function tune(stationId: string): void {
    if (view.mode === "tune" && view.stationId !== stationId) stationBefore = view.stationId;
    listenTo({ mode: "tune", stationId });
  }

  function choose(stationId: string | null): void {
    const mode = view.mode === "tune" ? "network" : view.mode;
    if (view.mode === "tune" && stationId !== null) tune(stationId);
    else listenTo({ mode, stationId }, mode !== view.mode);
  }

  function listenTo(wanted: Partial<View>, again = true): void {
    view = { ...view, ...wanted };
    keep();
    onView(again);
  }

  /** Follows what was written there: the page may have kept another view in the address since. */
  function followAddress({ newURL }: HashChangeEvent): void {
    const { hash } = new URL(newURL);
    // A link to a part of the page, as the one that skips to the sound, is no view.
    if (document.getElementById(hash.slice(1))) {
      keep();
      return;
    }
    const wanted = decodeView(hash);
    if (encodeView(wanted) === encodeView(view)) return;
    if (wanted.map) onMap(wanted.map);
    listenTo(wanted);
  }

  /** Not a step of the browser's history: nobody wants to go back through each move of the map. */
  function keep(): void {
    cancelKeeping?.();
    const address = encodeView(view);
    try {
      history.replaceState(address, "", address);
    } catch {
      // Safari takes 100 in half a minute, which whoever holds an arrow key on the map soon has made.
    }
    // Chromium takes 200 in ten seconds, and says nothing of the rest.
    if (history.state !== address) cancelKeeping = clock.after(keepAgainMs, keep);
  }
}
