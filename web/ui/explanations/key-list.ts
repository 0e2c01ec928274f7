// The list of keys in the help dialog.

import { make } from "../../dom/dom.ts";
import { keys } from "../../words/english/keys.ts";

/** Lists the keys, with what each does. */
export function showKeys(element: HTMLElement): void {
  const rows = Object.values(keys).flatMap(([key, effect]) => [
    make("dt", {}, make("kbd", { textContent: key })),
    make("dd", { textContent: effect }),
  ]);
  element.replaceChildren(...rows);
}
