// The page's keyboard shortcuts.

import type { keys } from "../words/english/keys.ts";
import { typedKey } from "./typed-key.ts";

/** Actions that have a key of their own. */
export type KeyAction = keyof typeof keys;

/** The action of each key, as `typedKey` returns it. */
const actions: Record<string, KeyAction> = {
  " ": "listen",
  m: "mute",
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Enter: "tune",
  "[": "swap",
  "]": "swap",
  r: "24h",
  n: "network",
  Escape: "back",
  "+": "zoom-in",
  "=": "zoom-in",
  "-": "zoom-out",
  "0": "whole-world",
  "/": "search",
  l: "legend",
  x: "mixer",
  "?": "help",
  "؟": "help",
};

/** Keys that controls need for themselves. Escape leaves the search field; a select uses letters to jump to an option. */
const ownKeys: Record<string, RegExp> = {
  "button, summary": /^( |Enter)$/,
  a: /Enter/,
  select: /^(.|Enter|Arrow.*)$/,
  "[type=checkbox]": / /,
  "[type=range]": /Arrow/,
  "[type=search]": /^(?!Escape)/,
};

/** Keys that repeat while held; all others act once. */
const held = /^Arrow|^[+=-]$/;

/**
 * Calls `act` for each shortcut key that no other element needs.
 * @param withCharacters returns whether keys that write a character are shortcuts; speech input types such keys (WCAG
 * 2.1.4)
 */
export function followKeys(withCharacters: () => boolean, act: (action: KeyAction) => void): void {
  document.addEventListener("keydown", (event) => {
    const key = event.defaultPrevented ? null : typedKey(event);
    if (key === null || isTakenBy(event.target, key) || (key.length === 1 && !withCharacters())) return;
    const action = actions[key];
    if (!action || !isMeantFor(event.target, action)) return;
    event.preventDefault();
    // The first Escape leaves the search field; the next one is a shortcut again.
    if (key === "Escape" && event.target instanceof HTMLInputElement) event.target.blur();
    else if (!event.repeat || held.test(key)) act(action);
  });
}

/** Returns whether a shortcut may act. In an open sheet only the key that opened it acts; the browser handles Escape. */
function isMeantFor(target: EventTarget | null, action: KeyAction): boolean {
  if (action === "back") return document.querySelector(":popover-open") === null;
  const over = target instanceof Element ? target.closest(":popover-open") : null;
  return over === null || over.id === action;
}

function isTakenBy(target: EventTarget | null, key: string): boolean {
  return Object.entries(ownKeys).some(
    ([controls, keys]) => target instanceof Element && target.matches(controls) && keys.test(key),
  );
}
