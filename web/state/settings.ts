// The user's settings on this device.

import { byLayer, type Layer, layers } from "../sound/sound-event.ts";
import { preferredUnits, type Units, unitChoices } from "../words/units.ts";

/** The user's settings on this device. Unlike the view, they are not part of links. */
export type Settings = {
  /** 0..1, as on the slider. */
  volume: number;
  muted: boolean;
  /** The slider of each layer, 0..1. */
  levels: Record<Layer, number>;
  units: Units;
  captions: boolean;
  announcements: boolean;
  /** Whether keys that write a character are shortcuts. */
  shortcuts: boolean;
};

const storageKey = "bellbuoy";
const flags = ["muted", "captions", "announcements", "shortcuts"] as const;

/** Returns the default settings for a browser language. */
export function firstSettings(language: string): Settings {
  return {
    volume: 0.7,
    muted: false,
    levels: byLayer(() => 1),
    units: preferredUnits(language),
    captions: true,
    announcements: false,
    shortcuts: true,
  };
}

/** Returns the browser's storage, or one that stores nothing if the browser forbids it. */
export function findStorage(): Pick<Storage, "getItem" | "setItem"> {
  try {
    return localStorage;
  } catch {
    return { getItem: () => null, setItem() {} };
  }
}

/** Reads the settings; missing or invalid ones get their default. */
export function readSettings(storage: Pick<Storage, "getItem">, language: string): Settings {
  const settings = firstSettings(language);
  const stored = readStored(storage);
  settings.volume = level(stored.volume) ?? settings.volume;
  for (const name of flags) settings[name] = flag(stored[name]) ?? settings[name];
  const levels = record(stored.levels);
  for (const layer of layers) settings.levels[layer] = level(levels[layer]) ?? settings.levels[layer];
  const units = record(stored.units);
  for (const [quantity, choices] of Object.entries(unitChoices)) {
    const choice = choices.find((unit) => unit === units[quantity]);
    if (choice) Object.assign(settings.units, { [quantity]: choice });
  }
  return settings;
}

/** Stores the settings, if the browser allows it. */
export function storeSettings(storage: Pick<Storage, "setItem">, settings: Settings): void {
  try {
    storage.setItem(storageKey, JSON.stringify(settings));
  } catch {
    // Full or forbidden: the settings last until the page closes.
  }
}

function readStored(storage: Pick<Storage, "getItem">): Record<string, unknown> {
  try {
    return record(JSON.parse(storage.getItem(storageKey) ?? "null"));
  } catch {
    return {};
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function level(value: unknown): number | null {
  return typeof value === "number" && value >= 0 && value <= 1 ? value : null;
}

function flag(value: unknown): boolean | null {
  return typeof value === "boolean" ? value : null;
}
