// The address of the player's server.

import * as problemWords from "../words/english/problems.ts";
import { fill } from "../words/message.ts";

/** The server's URL without a trailing slash, or the problem with a given address. */
export type ServerAddress = { url: string } | { problem: string };

/**
 * Returns the server's address: `?server=` first, then the content of `<meta name="bellbuoy-server">`, else the folder
 * of the page.
 */
export function readServerAddress(page: URL, metaContent: string): ServerAddress {
  const asked = page.searchParams.get("server");
  if (asked !== null) return parse(asked, problemWords.addressInLink);
  if (metaContent !== "") return parse(metaContent, problemWords.addressInPage);
  return parse(new URL(".", page).href, problemWords.addressOfPage);
}

function parse(
  text: string,
  problem: typeof problemWords.addressInLink | typeof problemWords.addressInPage | typeof problemWords.addressOfPage,
): ServerAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol) || url.search !== "" || url.hash !== "") {
    return { problem: fill(problem, { address: text }) };
  }
  return { url: `${url.origin}${url.pathname}`.replace(/\/+$/, "") };
}
