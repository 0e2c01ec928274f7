import type { Clock } from "../../shared/clock.ts";
import type { Navigation } from "./navigation.ts";
import { onChange } from "./observe.ts";
import type { PageState } from "./page-state.ts";
import { decodeView, encodeView } from "./view-url.ts";

const keepAgainMs = 1_000;

/** Keeps the view in the page's address, so that a link shares what is heard, and follows an address that is written there. */
export function followAddressBar({ view, mapView }: PageState, { listenTo }: Navigation, clock: Clock): void {
  let cancelKeep: (() => void) | undefined;
  onChange(view, keep);
  onChange(mapView, keep);
  addEventListener("hashchange", followAddress);

  function followAddress({ newURL }: HashChangeEvent): void {
    // The page may have kept another view in the address since.
    const { hash } = new URL(newURL);
    // A link to a part of the page, as the one that skips to the sound, is no view.
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

  /** Not a step of the browser's history: nobody wants to go back through each move of the map. */
  function keep(): void {
    cancelKeep?.();
    const wanted = address();
    try {
      history.replaceState(wanted, "", wanted);
    } catch {
      // Safari takes 100 in half a minute, which whoever holds an arrow key on the map soon has made.
    }
    // Chromium takes 200 in ten seconds, and says nothing of the rest.
    if (history.state !== wanted) cancelKeep = clock.after(keepAgainMs, keep);
  }
}
