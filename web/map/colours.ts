// Colours of the map and of water temperatures.

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
 * Colour stops from cold to warm: blue to yellow, which colour-blind people can distinguish. Lightness rises steadily,
 * so that the order also shows in grey. Darker by day, to contrast with the pale sea.
 */
const ramps = {
  light: ["#1f4fb0", "#4a52b5", "#8a489c", "#c04a70", "#de6a3c", "#ec9a1c", "#f4c62c"],
  dark: ["#4a86ee", "#7d8bf0", "#b18be0", "#e088b4", "#f79a7e", "#fdbd5f", "#fff07c"],
} as const;

/**
 * Returns the CSS colour for a water temperature.
 * @param waterTempC values outside the range get the colour of its end
 */
export function waterColour(waterTempC: number, dark: boolean): string {
  const table = dark ? darkTable : lightTable;
  const degree = Math.round(Math.min(Math.max(waterTempC, coldestC), warmestC)) - coldestC;
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
