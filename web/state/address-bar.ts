// Keeps the view in the page's URL.

import type { Clock } from "../../shared/clock.ts";
import type { Navigation } from "./navigation.ts";
import { onChange } from "./observe.ts";
import type { PageState } from "./page-state.ts";
import { decodeView, encodeView } from "./view-url.ts";

const keepAgainMs = 1_000;

/** Keeps the view in the page's URL, so that a link shares it, and follows changes of the URL. */
export function followAddressBar({ view, mapView }: PageState, { listenTo }: Navigation, clock: Clock): void {
  let cancelKeep: (() => void) | undefined;
  onChange(view, keep);
  onChange(mapView, keep);
  addEventListener("hashchange", followAddress);

  function followAddress({ newURL }: HashChangeEvent): void {
    // The page may have written another view into the URL since.
    const { hash } = new URL(newURL);
    // A link to a part of the page, such as the skip link, is not a view.
    if (document.getElementById(hash.slice(1))) {
      keep();
      return;
    }
    const wanted = decodeView(hash);
    if (encodeView(wanted) === address()) return;
    const { map, ...rest } = wanted;
    mapView.value = map;
    listenTo(rest);
  }

  function address(): string {
    return encodeView({ ...view.value, map: mapView.value });
  }

  /** Replaces the history entry: a Back button for each move of the map would be useless. */
  function keep(): void {
    cancelKeep?.();
    const wanted = address();
    try {
      history.replaceState(wanted, "", wanted);
    } catch {
      // Safari allows 100 calls in 30 seconds, soon reached by holding an arrow key on the map.
    }
    // Chromium allows 200 calls in ten seconds, and reports no error beyond that.
    if (history.state !== wanted) cancelKeep = clock.after(keepAgainMs, keep);
  }
}
