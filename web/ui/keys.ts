// The page's keyboard shortcuts.

import type { keys } from "../words/english/keys.ts";

/** Actions that have a key of their own. */
export type KeyAction = keyof typeof keys;

/** The action of each `KeyboardEvent.key`; letters are in lower case. */
const actions = new Map<string, KeyAction>([
  [" ", "listen"],
  ["m", "mute"],
  ["ArrowLeft", "left"],
  ["ArrowRight", "right"],
  ["ArrowUp", "up"],
  ["ArrowDown", "down"],
  ["Enter", "tune"],
  ["[", "swap"],
  ["]", "swap"],
  ["r", "24h"],
  ["n", "network"],
  ["Escape", "back"],
  ["+", "zoom-in"],
  ["=", "zoom-in"],
  ["-", "zoom-out"],
  ["0", "whole-world"],
  ["/", "search"],
  ["l", "legend"],
  ["x", "mixer"],
  ["?", "help"],
]);

/** Keys that form fields need for themselves. Escape leaves the field. */
const ownKeys: Record<string, readonly string[]> = {
  BUTTON: [" ", "Enter"],
  A: ["Enter"],
  SUMMARY: [" ", "Enter"],
  SELECT: [" ", "Enter", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"],
};

/** Keys that repeat while held; all others act once. */
const held = /^Arrow|^[+=-]$/;

/** Calls `act` for each shortcut key that no other element needs. */
export function followKeys(act: (action: KeyAction) => void): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTakenBy(event.target, event.key)) return;
    const action = actions.get(event.key.length === 1 ? event.key.toLowerCase() : event.key);
    if (!action || !isMeantFor(event.target, action)) return;
    event.preventDefault();
    // The first Escape leaves the search field; the next one is a shortcut again.
    if (event.target instanceof HTMLInputElement && event.key === "Escape") event.target.blur();
    else if (!event.repeat || held.test(event.key)) act(action);
  });
}

/**
 * Returns whether a shortcut may act. In an open popover or dialog only the key that opened it acts, and closes it; the
 * browser handles Escape.
 */
function isMeantFor(target: EventTarget | null, action: KeyAction): boolean {
  if (action === "back") return document.querySelector("dialog[open], :popover-open") === null;
  const over = target instanceof Element ? target.closest("dialog[open], :popover-open") : null;
  return over === null || over.id === action;
}

function isTakenBy(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) {
    if (target.type === "checkbox") return key === " ";
    if (target.type === "range") return key.startsWith("Arrow");
    return key !== "Escape";
  }
  // A select uses letters to jump to an option.
  if (target instanceof HTMLSelectElement && /^[a-z]$/i.test(key)) return true;
  return ownKeys[target.tagName]?.includes(key) ?? false;
}
