import type { Clock } from "../../shared/clock.ts";
import { type MapTheme, readTheme } from "./colours.ts";
import { land110m } from "./land/land-110m.ts";
import type { Chart } from "./layers/chart.ts";
import { type Coastline, coastlineOf } from "./layers/coastline.ts";

/** How sea, coast and night look, and what moves over them. */
type Appearance = {
  readonly theme: MapTheme;
  /** Whether motion is to be reduced. */
  readonly still: boolean;
  /** The time whose day and night are shown; `null`: now. */
  setTimeMs(ms: number | null): void;
  /** Shows the coast that suits this width of the whole world in pixels, and fetches the finer one when it is needed. */
  fitTo(worldWidth: number): void;
};

type AppearanceListener = {
  /** The chart looks different. */
  onChange(): void;
  /** Motion is, or is no longer, to be reduced. */
  onMotion(): void;
};

const minuteMs = 60_000;
/** From this width of the whole world on, in pixels, the finer coastline shows. */
const fineCoastFrom = 3_800;

/** Dresses a chart by what the person's system prefers, by the time, and by how near the map is. */
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
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    theme = readTheme(element);
    dress();
  });
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
      // Without network the coarse coast stays, and the next view asks again.
    }
    isFetching = false;
  }
}
