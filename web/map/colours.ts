// Colours of the map and of water temperatures.

import { clamp } from "../../shared/numbers.ts";
import { waterScaleC } from "../../shared/sea.ts";

/** The map's colours in canvas syntax. */
export type MapTheme = {
  dark: boolean;
  /** Whether the user's system prescribes the colours, as Windows' contrast themes do. */
  forced: boolean;
  /** The area around the world. */
  outside: string;
  sea: string;
  land: string;
  coast: string;
  /** Drawn over the dark half of the world. */
  night: string;
  graticule: string;
  outline: string;
  hollow: string;
  label: string;
  labelHalo: string;
  selected: string;
  pulse: string;
  beam: string;
};

type Colour = Exclude<keyof MapTheme, "dark" | "forced">;

/** Halfway between text and background, so it differs from both in each contrast theme. */
const forcedLand = "color-mix(in srgb, CanvasText, Canvas)";

/** A pale chart by day, the deep sea by night, and the system's colours where they are forced. */
const colours: Record<Colour, readonly [light: string, dark: string, forced: string]> = {
  outside: ["#f4f8f9", "#0a1c27", "Canvas"],
  sea: ["#d5e6ec", "#0c2a3c", "Canvas"],
  land: ["#f5f0e3", "#213f4c", forcedLand],
  coast: ["#9fb4ba", "#47707f", "CanvasText"],
  night: ["rgb(34 66 98 / 0.15)", "rgb(1 7 16 / 0.42)", "transparent"],
  graticule: ["rgb(52 104 124 / 0.13)", "rgb(140 190 210 / 0.08)", "transparent"],
  outline: ["#12303d", "#04101a", "CanvasText"],
  hollow: ["#5d7681", "#8fabb8", "CanvasText"],
  label: ["#0d2b39", "#e6f3f7", "CanvasText"],
  labelHalo: ["#f4f9fb", "#071922", "Canvas"],
  selected: ["#b4530a", "#ffd27a", "Highlight"],
  pulse: ["#a85400", "#ffd98f", "LinkText"],
  beam: ["rgb(190 96 0 / 0.6)", "rgb(255 222 150 / 0.75)", "LinkText"],
};

/** Reads the theme from the user's preferences. @param element resolves the system's colours; must not adjust them */
export function readTheme(element: HTMLElement): MapTheme {
  const probe = element.appendChild(document.createElement("span"));
  const resolve = (colour: string) => {
    probe.style.color = colour;
    return getComputedStyle(probe).color;
  };
  const { matches: dark } = matchMedia("(prefers-color-scheme: dark)");
  const { matches: forced } = matchMedia("(forced-colors: active)");
  const choice = forced ? 2 : Number(dark);
  const entries = Object.entries(colours).map(([name, choices]) => [name, resolve(choices[choice] ?? "")]);
  probe.remove();
  return { ...(Object.fromEntries(entries) as Record<Colour, string>), dark, forced };
}

/** Lowest and highest temperature with its own colour, °C; the same range as in the sound. */
export const [coldestC, warmestC] = waterScaleC;

/**
 * Colour stops from cold to warm, blue to yellow. Lightness rises with each degree, in grey and for people who do not see
 * red, green or blue. Darker by day, to contrast with the pale sea.
 */
const ramps = {
  light: ["#2140a8", "#4b4ab0", "#8551a0", "#c35573", "#dd683b", "#ee981a", "#f4c72b"],
  dark: ["#4c73e7", "#7e7ced", "#b088de", "#d999b4", "#f3ac7f", "#fbc55f", "#fff07e"],
} as const;

/**
 * Returns the CSS colour for a water temperature.
 * @param waterTempC values outside the range get the colour of its end
 */
export function waterColour(waterTempC: number, dark: boolean): string {
  const table = dark ? darkTable : lightTable;
  const degree = Math.round(clamp(waterTempC, coldestC, warmestC)) - coldestC;
  return table[degree] ?? "";
}

const lightTable = tableOf(ramps.light);
const darkTable = tableOf(ramps.dark);

/** Computes one colour for each whole degree, so that drawing mixes no colours. */
function tableOf(stops: readonly string[]): string[] {
  const rgb = stops.map((stop) => [1, 3, 5].map((i) => Number.parseInt(stop.slice(i, i + 2), 16)));
  return Array.from({ length: warmestC - coldestC + 1 }, (_, degree) => {
    const place = (degree / (warmestC - coldestC)) * (rgb.length - 1);
    const below = rgb[Math.floor(place)] ?? [];
    const above = rgb[Math.ceil(place)] ?? below;
    const mixed = below.map((part, i) => Math.round(part + ((above[i] ?? part) - part) * (place % 1)));
    return `rgb(${mixed.join(" ")})`;
  });
}
