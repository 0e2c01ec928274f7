// The map's theme, coastline, night and reduced motion.

import type { Clock } from "../../shared/clock.ts";
import { type MapTheme, readTheme } from "./colours.ts";
import { land110m } from "./land/land-110m.ts";
import type { Chart } from "./layers/chart.ts";
import { type Coastline, coastlineOf } from "./layers/coastline.ts";

/** How sea, coast, night and moving marks look. */
type Appearance = {
  readonly theme: MapTheme;
  /** Whether the user prefers reduced motion. */
  readonly still: boolean;
  /** Sets the time for day and night; `null`: now. */
  setTimeMs(ms: number | null): void;
  /** Chooses the coastline for a width of the whole world in pixels, and loads the detailed one when needed. */
  fitTo(worldWidth: number): void;
};

type AppearanceListener = {
  /** Called when the chart must be redrawn. */
  onChange(): void;
  /** Called when the preference for reduced motion changes. */
  onMotion(): void;
};

const minuteMs = 60_000;
/** Min width of the whole world, in pixels, for the detailed coastline. */
const fineCoastFrom = 3_800;

/** Creates the appearance from system preferences, time and zoom. */
export function createAppearance(
  element: HTMLElement,
  chart: Chart,
  listener: AppearanceListener,
  clock: Clock,
): Appearance {
  const lessMotion = matchMedia("(prefers-reduced-motion: reduce)");
  const coarse = coastlineOf(land110m());
  let fine: Coastline | null = null;
  let isFetching = false;
  let theme = readTheme(element);
  let timeMs: number | null = null;
  let worldWidth = 0;
  lessMotion.addEventListener("change", listener.onMotion);
  for (const preference of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
    matchMedia(preference).addEventListener("change", () => {
      theme = readTheme(element);
      dress();
    });
  }
  clock.every(minuteMs, () => timeMs ?? dress());

  return {
    get theme() {
      return theme;
    },
    get still() {
      return lessMotion.matches;
    },
    setTimeMs(ms) {
      if (ms === timeMs) return;
      timeMs = ms;
      dress();
    },
    fitTo(width) {
      worldWidth = width;
      dress();
      if (worldWidth >= fineCoastFrom && fine === null && !isFetching) void fetchFineCoast();
    },
  };

  function dress(): void {
    chart.setLook({
      coastline: (worldWidth >= fineCoastFrom ? fine : null) ?? coarse,
      theme,
      timeMs: timeMs ?? Math.floor(clock.now() / minuteMs) * minuteMs,
    });
    listener.onChange();
  }

  async function fetchFineCoast(): Promise<void> {
    isFetching = true;
    try {
      const { land50m } = await import("./land/land-50m.ts");
      fine = coastlineOf(land50m());
      dress();
    } catch {
      // Without a network the coarse coastline stays; the next view tries again.
    }
    isFetching = false;
  }
}
