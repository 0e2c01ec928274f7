// Describes text that NDBC sent, short enough for one line of a log.

/** Returns what a body seems to be that does not start as it should, as a noun for `NotDataError`. */
export function describeBody(body: string): string {
  const start = body.slice(0, 1000).trimStart();
  if (start === "") return "an empty body";
  if (/^<(!doctype html|html)\b/i.test(start)) return "an HTML page";
  if (start.startsWith("<")) return "an XML document";
  return `text that starts with ${quote(start)}`;
}

/** Quotes a piece of foreign text, short and on one line, as it may stand in a message. */
export function quote(text: string): string {
  return JSON.stringify(shorten(text));
}

/** Cuts a piece of foreign text after 40 characters. */
export function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
