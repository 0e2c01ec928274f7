// Names of keys, and what each key does.

/** Names of keys, and what each key does, by action. */
export const keys = {
  listen: ["Space", "listen, or pause"],
  mute: ["M", "mute"],
  left: ["←", "nearest station to the left; in a replay, off the map: 10 minutes back"],
  right: ["→", "nearest station to the right; in a replay, off the map: 10 minutes on"],
  up: ["↑", "nearest station above"],
  down: ["↓", "nearest station below"],
  tune: ["Enter", "tune in to the chosen station"],
  swap: ["[ or ]", "compare: back to the previous station"],
  "24h": ["R", "the past 24 hours in a minute"],
  network: ["N", "the whole network"],
  back: ["Esc", "back to the network; close the card"],
  "zoom-in": ["+", "zoom in"],
  "zoom-out": ["−", "zoom out"],
  "whole-world": ["0", "whole world"],
  search: ["/", "search the stations"],
  legend: ["L", "what the marks mean"],
  mixer: ["X", "mixer"],
  help: ["?", "these keys"],
} as const;

export const title = "Keys";
export const close = "Close";
export const switchOff =
  "The shortcuts of a single letter or sign, and of the space bar, can be switched off under More.";

/** Keys that the browser, the map or the list handles. */
export const furtherKeys = [
  ["Shift + ←", "on the map: move it; the same with → ↑ ↓"],
  ["Home", "in the list: first station; End: the last one"],
  ["Tab", "to the next control"],
] as const;
