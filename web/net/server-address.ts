// The address of the player's server.

/** The server's URL without a trailing slash, or the problem with a given address. */
export type ServerAddress = { url: string } | { problem: string };

/**
 * Returns the server's address: `?server=` first, then the content of `<meta name="bellbuoy-server">`, else the folder
 * of the page.
 */
export function readServerAddress(page: URL, metaContent: string): ServerAddress {
  const asked = page.searchParams.get("server");
  if (asked !== null) return parse(asked, "?server=");
  if (metaContent !== "") return parse(metaContent, 'the page\'s own "bellbuoy-server"');
  return parse(new URL(".", page).href, "the address of this page");
}

function parse(text: string, origin: string): ServerAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol) || url.search !== "" || url.hash !== "") {
    return { problem: `${origin} is "${text}", but must be an address like https://bellbuoy.example.org` };
  }
  return { url: `${url.origin}${url.pathname}`.replace(/\/+$/, "") };
}
