// Readable names of stations. NDBC writes many in capitals, with a distance or a number of another network.

/** A station's name, and what NDBC's name says besides. */
type StationName = {
  /** For example `San Francisco`. */
  title: string;
  /** For example `18NM West of San Francisco, CA`; empty if the name says no more. */
  place: string;
};

/** `8638863 - Chesapeake Bay Bridge Tunnel, VA`: the number of another network. */
const foreignNumber = /^\d{5,8}\s+-\s+/;
/** `SAN FRANCISCO - 18NM West of San Francisco, CA`: a distance, with or without a dash before it. */
const distance = /^(.+?)(?:\s*-\s*|\s+)((?:\d+\s*(?:NM|km)\b|halfway\b).*)$/i;
/** Words that stay as they are: points of the compass, and abbreviations that NDBC uses. */
const keptCapitals = /^(?:[NSEW]{1,3}|NOAA|USCG|USACE|CHL|TABS|TAO|MXAK|AFB|II|III|.*\d.*)$/;
const smallWords = new Set(["of", "the", "and", "at", "in", "off"]);

/** Returns a readable name. @param name as NDBC writes it; `null`: unknown, the id stands for it */
export function stationName(name: string | null | undefined, stationId: string): StationName {
  const whole = (name ?? "").replace(foreignNumber, "").replace(/\s+/g, " ").trim();
  if (whole === "") return { title: stationId, place: "" };
  const [, head = whole, place = ""] = distance.exec(whole) ?? [];
  return { title: isCapitals(head) ? inLowerCase(head) : head, place };
}

/** Returns whether a name is shouted: a word of four letters or more, and no small letter. */
function isCapitals(text: string): boolean {
  return !/\p{Ll}/u.test(text) && /\p{Lu}{4}/u.test(text);
}

function inLowerCase(text: string): string {
  return text.replace(/[\p{L}\d']+/gu, (word, at: number) => {
    const isStateCode = word.length === 2 && /,\s*$/.test(text.slice(0, at));
    if (keptCapitals.test(word) || isStateCode) return word;
    const small = word.toLowerCase();
    return smallWords.has(small) && at > 0 ? small : `${word.charAt(0)}${small.slice(1)}`;
  });
}
