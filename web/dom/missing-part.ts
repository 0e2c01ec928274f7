// The message in place of a part of the page that could not be loaded.

import * as problemWords from "../words/english/problems.ts";
import { make } from "./dom.ts";

/**
 * Shows that a part of the page could not be loaded, with a button that reloads the page. After an upgrade its file no
 * longer exists, and some browsers do not retry a failed import.
 */
export function showMissingPart(place: HTMLElement, error: unknown): void {
  place.hidden = false;
  if (place.querySelector(".missing") !== null) return;
  console.warn("could not load:", error);
  const reload = make("button", { type: "button", textContent: problemWords.reload });
  reload.addEventListener("click", () => location.reload());
  const words = make("p", {
    className: "missing",
    textContent: problemWords.missingPart,
    attributes: { role: "alert" },
  });
  place.replaceChildren(words, reload);
}
