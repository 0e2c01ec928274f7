import { make } from "./dom.ts";

/**
 * Says in its place that a part of the page could not be fetched, and offers to reload the page: after an upgrade its file
 * is no longer there, and some browsers ask no second time for one that they could not get.
 */
export function showMissingPart(place: HTMLElement, error: unknown): void {
  place.hidden = false;
  if (place.querySelector(".missing") !== null) return;
  console.warn("not loaded:", error);
  const reload = make("button", { type: "button", textContent: "Reload" });
  reload.addEventListener("click", () => location.reload());
  const text = "This could not be loaded. Reload once the server answers.";
  const words = make("p", { className: "missing", textContent: text, attributes: { role: "alert" } });
  place.replaceChildren(words, reload);
}
