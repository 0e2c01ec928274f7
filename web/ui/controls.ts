// The page's buttons, sliders and choices.

import { find, setText } from "../dom/dom.ts";
import type { Preset } from "../sound/preset.ts";
import { observe } from "../state/observe.ts";
import type { PageState } from "../state/page-state.ts";
import type { Mode } from "../state/view-url.ts";
import * as buttonWords from "../words/english/buttons.ts";
import type { Units } from "../words/units.ts";
import type { KeyAction } from "./keys.ts";

/** Buttons with the same action as a key. */
const buttons: Record<string, KeyAction> = {
  listen: "listen",
  mute: "mute",
  "zoom-in": "zoom-in",
  "zoom-out": "zoom-out",
  "whole-world": "whole-world",
};

/** Connects the page's buttons, sliders and choices, and shows their state. */
export function showControls(
  state: PageState,
  actions: Record<KeyAction, () => unknown>,
  onMode: (mode: Mode) => void,
  onPreset: (preset: Preset) => void,
): void {
  for (const [id, action] of Object.entries(buttons)) {
    find(id, HTMLButtonElement).addEventListener("click", () => void actions[action]());
  }
  // An opened popover takes the focus, so that Tab continues inside it. `autofocus` in the HTML would focus it at page
  // load.
  for (const popover of document.querySelectorAll<HTMLElement>("[popover]")) {
    popover.tabIndex = -1;
    popover.setAttribute("autofocus", "");
    // Browsers return the focus only to the page, not to another popover.
    popover.addEventListener("toggle", () => {
      const { activeElement, body } = document;
      if (popover.matches(":popover-open") || !(activeElement === body || popover.contains(activeElement))) return;
      document.querySelector<HTMLElement>(`:popover-open [popovertarget="${popover.id}"]`)?.focus();
    });
  }
  const modes = document.querySelectorAll<HTMLButtonElement>("#modes button");
  const preset = find("preset", HTMLSelectElement);
  for (const button of modes) button.addEventListener("click", () => onMode(button.dataset.mode as Mode));
  preset.addEventListener("change", () => onPreset(preset.value as Preset));
  observe([state.view], () => {
    const { mode, preset: chosen } = state.view.value;
    for (const button of modes) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    preset.value = chosen;
  });
  showLoudness(state);
  showUnits(state);
  showSwitches(state);
}

function showLoudness({ settings }: PageState): void {
  const volume = find("volume", HTMLInputElement);
  const mute = find("mute", HTMLButtonElement);
  volume.addEventListener("input", () => {
    settings.value = { ...settings.value, volume: Number(volume.value) / 100, muted: false };
  });
  observe([settings], () => {
    const { volume: level, muted } = settings.value;
    volume.value = String(Math.round(level * 100));
    setText(mute, muted ? buttonWords.unmute : buttonWords.mute);
    mute.setAttribute("aria-pressed", String(muted));
  });
}

function showUnits({ settings }: PageState): void {
  for (const quantity of ["waves", "wind", "temperature"] satisfies (keyof Units)[]) {
    const select = find(`unit-${quantity}`, HTMLSelectElement);
    select.addEventListener("change", () => {
      const units = { ...settings.value.units, [quantity]: select.value } as Units;
      settings.value = { ...settings.value, units };
    });
    observe([settings], () => {
      select.value = settings.value.units[quantity];
    });
  }
}

function showSwitches({ settings }: PageState): void {
  for (const name of ["captions", "announcements", "shortcuts"] as const) {
    const box = find(`${name}-on`, HTMLInputElement);
    box.addEventListener("change", () => {
      settings.value = { ...settings.value, [name]: box.checked };
    });
    observe([settings], () => {
      box.checked = settings.value[name];
    });
  }
}
