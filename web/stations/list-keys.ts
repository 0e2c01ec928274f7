// Keys of the station list.

import type { Clock } from "../../shared/clock.ts";

/** Elements that the list's keys move between. */
type ListParts = { side: HTMLElement; search: HTMLElement; rows: HTMLElement; more: HTMLElement };

/** Class of the list's container while the user navigates the list by keys. */
const byKeys = "by-keys";

/** Moves the focus through the rows with arrows, Home and End, from the search field to the button below the rows. */
export function followListKeys(element: HTMLElement, { side, search, rows, more }: ListParts, clock: Clock): void {
  for (const walked of [rows, more]) {
    walked.addEventListener("keydown", (event) => {
      const goal = goalOf(event.key, { search, rows, more });
      if (goal === undefined) return;
      event.preventDefault();
      goal?.focus();
    });
  }
  // A class, because `:focus-visible` is briefly unset while the focus moves between rows, which would hide them.
  element.addEventListener("focusin", ({ target }) => {
    if (target instanceof Element && target.matches(":focus-visible")) side.classList.add(byKeys);
  });
  element.addEventListener("focusout", () => {
    clock.after(0, () => {
      if (!element.matches(":focus-within")) side.classList.remove(byKeys);
    });
  });
  // An arrow key also leads from the search field to the first row.
  search.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    rows.querySelector("button")?.focus();
  });
}

/**
 * Returns the element that a key moves the focus to, from a row or from the button after the last row; else
 * `undefined`.
 */
function goalOf(key: string, { search, rows, more }: Omit<ListParts, "side">): HTMLElement | null | undefined {
  const row = document.activeElement?.closest("li");
  const button = (of: Element | null | undefined) => of?.querySelector("button") ?? null;
  switch (key) {
    case "ArrowDown":
      return button(row?.nextElementSibling) ?? (more.hidden ? null : more);
    case "ArrowUp":
      return row ? (button(row.previousElementSibling) ?? search) : button(rows.lastElementChild);
    case "Home":
      return button(rows.firstElementChild);
    case "End":
      return button(rows.lastElementChild);
    default:
      return undefined;
  }
}
