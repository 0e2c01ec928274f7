// Colours of the map and of water temperatures.

import { waterScaleC } from "../../shared/sea.ts";

/** The map's colours in canvas syntax. */
export type MapTheme = {
  dark: boolean;
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

type Colour = Exclude<keyof MapTheme, "dark">;

/** Default colours: a pale chart by day, the deep sea by night. The style sheet can override them with `--map-…`. */
const colours: Record<Colour, { property: string; light: string; dark: string }> = {
  outside: { property: "--map-outside", light: "#f4f8f9", dark: "#0a1c27" },
  sea: { property: "--map-sea", light: "#d5e6ec", dark: "#0c2a3c" },
  land: { property: "--map-land", light: "#f5f0e3", dark: "#213f4c" },
  coast: { property: "--map-coast", light: "#9fb4ba", dark: "#47707f" },
  night: { property: "--map-night", light: "rgb(34 66 98 / 0.15)", dark: "rgb(1 7 16 / 0.42)" },
  graticule: { property: "--map-graticule", light: "rgb(52 104 124 / 0.13)", dark: "rgb(140 190 210 / 0.08)" },
  outline: { property: "--map-mark-outline", light: "#12303d", dark: "#04101a" },
  hollow: { property: "--map-mark-hollow", light: "#5d7681", dark: "#8fabb8" },
  label: { property: "--map-label", light: "#0d2b39", dark: "#e6f3f7" },
  labelHalo: { property: "--map-label-halo", light: "#f4f9fb", dark: "#071922" },
  selected: { property: "--map-selected", light: "#b4530a", dark: "#ffd27a" },
  pulse: { property: "--map-pulse", light: "#a85400", dark: "#ffd98f" },
  beam: { property: "--map-beam", light: "rgb(190 96 0 / 0.6)", dark: "rgb(255 222 150 / 0.75)" },
};

/** Reads the theme from an element's style; accepts any CSS colour. */
export function readTheme(element: HTMLElement): MapTheme {
  const probe = element.appendChild(document.createElement("span"));
  const resolve = (colour: string) => {
    probe.style.color = colour;
    return getComputedStyle(probe).color;
  };
  const { matches: dark } = matchMedia("(prefers-color-scheme: dark)");
  const entries = Object.entries(colours).map(([name, colour]) => [
    name,
    resolve(`var(${colour.property}, ${dark ? colour.dark : colour.light})`),
  ]);
  probe.remove();
  return { ...(Object.fromEntries(entries) as Record<Colour, string>), dark };
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
