// The page's keyboard shortcuts.

/** Actions that have a key of their own. */
export type KeyAction =
  | "listen"
  | "mute"
  | "network"
  | "tune"
  | "24h"
  | "back"
  | "swap"
  | "left"
  | "right"
  | "up"
  | "down"
  | "zoom-in"
  | "zoom-out"
  | "whole-world"
  | "search"
  | "legend"
  | "mixer"
  | "help";

type Shortcut = { keys: readonly string[]; shown: string; does: string; action: KeyAction };

/** Shortcuts, in the order of the help page. */
export const shortcuts: readonly Shortcut[] = [
  { keys: [" "], shown: "Space", does: "listen, or pause", action: "listen" },
  { keys: ["m"], shown: "M", does: "mute", action: "mute" },
  {
    keys: ["ArrowLeft"],
    shown: "←",
    does: "nearest station to the left; in a replay, off the map: 10 minutes back",
    action: "left",
  },
  {
    keys: ["ArrowRight"],
    shown: "→",
    does: "nearest station to the right; in a replay, off the map: 10 minutes on",
    action: "right",
  },
  { keys: ["ArrowUp"], shown: "↑", does: "nearest station above", action: "up" },
  { keys: ["ArrowDown"], shown: "↓", does: "nearest station below", action: "down" },
  { keys: ["Enter"], shown: "Enter", does: "tune in to the chosen station", action: "tune" },
  { keys: ["[", "]"], shown: "[ or ]", does: "compare: back to the previous station", action: "swap" },
  { keys: ["r"], shown: "R", does: "the past 24 hours in a minute", action: "24h" },
  { keys: ["n"], shown: "N", does: "the whole network", action: "network" },
  { keys: ["Escape"], shown: "Esc", does: "back to the network; close the card", action: "back" },
  { keys: ["+", "="], shown: "+", does: "zoom in", action: "zoom-in" },
  { keys: ["-"], shown: "−", does: "zoom out", action: "zoom-out" },
  { keys: ["0"], shown: "0", does: "whole world", action: "whole-world" },
  { keys: ["/"], shown: "/", does: "search the stations", action: "search" },
  { keys: ["l"], shown: "L", does: "what the marks mean", action: "legend" },
  { keys: ["x"], shown: "X", does: "mixer", action: "mixer" },
  { keys: ["?"], shown: "?", does: "these keys", action: "help" },
];

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
    const shortcut = shortcuts.find(({ keys }) =>
      keys.includes(event.key.length === 1 ? event.key.toLowerCase() : event.key),
    );
    if (!shortcut || !isMeantFor(event.target, shortcut)) return;
    event.preventDefault();
    // The first Escape leaves the search field; the next one is a shortcut again.
    if (event.target instanceof HTMLInputElement && event.key === "Escape") event.target.blur();
    else if (!event.repeat || held.test(event.key)) act(shortcut.action);
  });
}

/**
 * Returns whether a shortcut may act. In an open popover or dialog only the key that opened it acts, and closes it; the
 * browser handles Escape.
 */
function isMeantFor(target: EventTarget | null, { action }: Shortcut): boolean {
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
