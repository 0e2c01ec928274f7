// The printed page.

import type { Clock } from "../../../shared/clock.ts";
import { find, setText } from "../../dom/dom.ts";
import { printed } from "../../words/english/print.ts";
import { fill } from "../../words/message.ts";
import rules from "./print.css" with { type: "text" };

/** Adds the rules for printing. On paper, the page has its address, the time, and all values of the card. */
export function preparePrint(clock: Clock): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules);
  document.adoptedStyleSheets.push(sheet);
  const line = find("printed", HTMLElement);
  addEventListener("beforeprint", () => {
    const time = new Date(clock.now()).toISOString().slice(0, 16).replace("T", " ");
    setText(line, fill(printed, { time, address: location.href }));
    for (const details of document.querySelectorAll<HTMLDetailsElement>("#card details")) details.open = true;
  });
  addEventListener("afterprint", () => setText(line, ""));
}
