// Describes text from NDBC in one log line.

/** Returns a noun for the content of an unexpected body, for `NotDataError`. */
export function describeBody(body: string): string {
  const start = body.slice(0, 1000).trimStart();
  if (start === "") return "an empty body";
  if (/^<(!doctype html|html)\b/i.test(start)) return "an HTML page";
  if (start.startsWith("<")) return "an XML document";
  return `text that starts with ${quote(start)}`;
}

/** Quotes foreign text for a message, shortened and in one line. */
export function quote(text: string): string {
  return JSON.stringify(shorten(text));
}

/** Cuts foreign text after 40 characters. */
export function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
