// The message in place of a part of the page that could not be loaded.

import { make } from "./dom.ts";

/**
 * Shows that a part of the page could not be loaded, with a button that reloads the page. After an upgrade its file no
 * longer exists, and some browsers do not retry a failed import.
 */
export function showMissingPart(place: HTMLElement, error: unknown): void {
  place.hidden = false;
  if (place.querySelector(".missing") !== null) return;
  console.warn("could not load:", error);
  const reload = make("button", { type: "button", textContent: "Reload" });
  reload.addEventListener("click", () => location.reload());
  const text = "This could not be loaded. Reload once the server answers.";
  const words = make("p", { className: "missing", textContent: text, attributes: { role: "alert" } });
  place.replaceChildren(words, reload);
}
