import type { Clock } from "../../shared/clock.ts";

/** What a person goes through by keys. */
type ListParts = { side: HTMLElement; search: HTMLElement; rows: HTMLElement; more: HTMLElement };

/** A class, of what the list lies in, while somebody goes through it by keys. */
const byKeys = "by-keys";

/** Lets arrows, Home and End go through the rows, from the search above to the button below them. */
export function followListKeys(element: HTMLElement, { side, search, rows, more }: ListParts, clock: Clock): void {
  for (const walked of [rows, more]) {
    walked.addEventListener("keydown", (event) => {
      const goal = goalOf(event.key, { search, rows, more });
      if (goal === undefined) return;
      event.preventDefault();
      goal?.focus();
    });
  }
  // Told by a class: by `:focus-visible` alone the rows would be gone while the focus goes from one to the next.
  element.addEventListener("focusin", ({ target }) => {
    if (target instanceof Element && target.matches(":focus-visible")) side.classList.add(byKeys);
  });
  element.addEventListener("focusout", () => {
    clock.after(0, () => {
      if (!element.matches(":focus-within")) side.classList.remove(byKeys);
    });
  });
  // Whoever only came to search reaches the first row by an arrow, too.
  search.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    rows.querySelector("button")?.focus();
  });
}

/** Where a key leads from the row, or the button after the last, that has the focus; `undefined` for a key that leads nowhere. */
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
