/**
 * What came is not the file that was asked for, or not all of it, so that nothing of it may be stored. Its message is one
 * line that says what came instead: `not data, but an HTML page`.
 */
export class NotDataError extends Error {
  override name = "NotDataError";
  /** @param found what came, as a noun: "an HTML page" */
  constructor(found: string) {
    super(`not data, but ${found}`);
  }
}

/** What a body seems to be that does not start as it should, as a noun for {@link NotDataError}. */
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
