// The sheet of keys.

import { make } from "../../dom/dom.ts";
import { close, furtherKeys, keys, switchOff, title } from "../../words/english/keys.ts";

/** Shows all keys, with what each does. */
export function showKeys(sheet: HTMLElement): void {
  const attributes = { popovertarget: sheet.id, popovertargetaction: "hide", "aria-label": close };
  const rows = [...Object.values(keys), ...furtherKeys].flatMap(([key, effect]) => [
    make("dt", {}, make("kbd", { textContent: key })),
    make("dd", { textContent: effect }),
  ]);
  sheet.replaceChildren(
    make(
      "div",
      { className: "sheet-head" },
      make("h2", { textContent: title }),
      make("button", { type: "button", textContent: "✕", attributes }),
    ),
    make("dl", {}, ...rows),
    make("p", { textContent: switchOff }),
  );
}
