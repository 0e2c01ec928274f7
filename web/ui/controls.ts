import type { Preset } from "../sound/preset.ts";
import type { Settings } from "../state/settings.ts";
import type { Mode, View } from "../state/view-url.ts";
import type { Units } from "../words/units.ts";
import { find, setText } from "./dom.ts";
import type { KeyAction } from "./keys.ts";

export type ControlsParts = {
  /** What keys do, buttons do too. */
  actions: Record<KeyAction, () => unknown>;
  settings: Settings;
  onMode(mode: Mode): void;
  onPreset(preset: Preset): void;
  /** A setting was changed: it is to be kept, and applied. */
  onSettings(): void;
  /** As before, and all values are to be shown anew. */
  onUnits(): void;
};

export type Controls = {
  showView(view: View): void;
  showSettings(): void;
};

/** Buttons that do what a key does. */
const buttons: Record<string, KeyAction> = {
  listen: "listen",
  mute: "mute",
  "zoom-in": "zoom-in",
  "zoom-out": "zoom-out",
  "whole-world": "whole-world",
  "show-help": "help",
};

/** Makes the page's buttons, sliders and choices work, and shows how they stand. */
export function createControls({ actions, settings, onMode, onPreset, onSettings, onUnits }: ControlsParts): Controls {
  const modes = document.querySelectorAll<HTMLButtonElement>("#modes button");
  const preset = find("preset", HTMLSelectElement);
  const volume = find("volume", HTMLInputElement);
  const mute = find("mute", HTMLButtonElement);
  const units = {
    waves: find("unit-waves", HTMLSelectElement),
    wind: find("unit-wind", HTMLSelectElement),
    temperature: find("unit-temperature", HTMLSelectElement),
  };
  const words = {
    captions: find("captions-on", HTMLInputElement),
    announcements: find("announcements-on", HTMLInputElement),
  };

  for (const [id, action] of Object.entries(buttons)) {
    find(id, HTMLButtonElement).addEventListener("click", () => void actions[action]());
  }
  for (const button of modes) button.addEventListener("click", () => onMode(button.dataset.mode as Mode));
  // What is opened takes the focus, so that the next Tab leads into it. In the page's HTML it would be the page's own.
  for (const popover of document.querySelectorAll<HTMLElement>("[popover]")) {
    popover.tabIndex = -1;
    popover.setAttribute("autofocus", "");
  }
  preset.addEventListener("change", () => onPreset(preset.value as Preset));
  volume.addEventListener("input", () => {
    settings.volume = Number(volume.value) / 100;
    settings.muted = false;
    onSettings();
  });
  for (const [quantity, select] of Object.entries(units)) {
    select.addEventListener("change", () => {
      settings.units = { ...settings.units, [quantity]: select.value } as Units;
      onUnits();
    });
  }
  for (const [name, box] of Object.entries(words) as [keyof typeof words, HTMLInputElement][]) {
    box.addEventListener("change", () => {
      settings[name] = box.checked;
      onSettings();
    });
  }

  return {
    showView(view) {
      for (const button of modes) button.setAttribute("aria-pressed", String(button.dataset.mode === view.mode));
      preset.value = view.preset;
    },
    showSettings() {
      volume.value = String(Math.round(settings.volume * 100));
      setText(mute, settings.muted ? "Unmute" : "Mute");
      mute.setAttribute("aria-pressed", String(settings.muted));
      for (const [quantity, select] of Object.entries(units)) select.value = settings.units[quantity as keyof Units];
      for (const [name, box] of Object.entries(words)) box.checked = settings[name as keyof typeof words];
    },
  };
}
