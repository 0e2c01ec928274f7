// The newest features that the page needs.

/** Returns whether the browser has them, as Chrome 120, Safari 17 and Firefox 128 do. */
export function hasFeatures(): boolean {
  return "popover" in HTMLElement.prototype && "canParse" in URL;
}
