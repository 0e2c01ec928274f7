// The part of "More" that says how the server is.

import { find, setText } from "../dom/dom.ts";
import { observe } from "../state/observe.ts";
import type { PageState, Polls } from "../state/page-state.ts";
import * as words from "../words/english/connection.ts";
import { fill } from "../words/message.ts";

/** Shows the server's version and its warnings, in sentences. */
export function showServiceState({ polls }: PageState): void {
  const line = find("service-state", HTMLElement);
  observe([polls], () => setText(line, polls.value === null ? "" : describeService(polls.value)));
}

/** Returns sentences about the server; an older server sends no warnings. */
export function describeService({ version, warnings }: Pick<Polls, "version" | "warnings">): string {
  if (warnings?.length === 0) return fill(words.serverIsWell, { version });
  const sentences = (warnings ?? []).map((warning) => `${warning.charAt(0).toUpperCase()}${warning.slice(1)}.`);
  return [fill(words.server, { version }), ...sentences].join(" ");
}
