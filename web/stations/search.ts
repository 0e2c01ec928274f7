// The search of the station list: by id, name, owner and state, with one typing error for each word.

import type { NamedStation } from "../state/network.ts";

/** States, territories and provinces by the code at the end of NDBC's names. */
const regions: Record<string, string> = {
  AK: "Alaska",
  AL: "Alabama",
  BC: "British Columbia",
  CA: "California",
  CT: "Connecticut",
  DE: "Delaware",
  FL: "Florida",
  GA: "Georgia",
  HI: "Hawaii",
  IL: "Illinois",
  IN: "Indiana",
  LA: "Louisiana",
  MA: "Massachusetts",
  MD: "Maryland",
  ME: "Maine",
  MI: "Michigan",
  MN: "Minnesota",
  MS: "Mississippi",
  MX: "Mexico",
  NC: "North Carolina",
  NH: "New Hampshire",
  NJ: "New Jersey",
  NY: "New York",
  OH: "Ohio",
  OR: "Oregon",
  PA: "Pennsylvania",
  PR: "Puerto Rico",
  RI: "Rhode Island",
  SC: "South Carolina",
  TX: "Texas",
  VA: "Virginia",
  VI: "Virgin Islands",
  WA: "Washington",
  WI: "Wisconsin",
};
/** Words shorter than this must be right. */
const shortestForgiven = 4;

const wordsOfStation = new WeakMap<NamedStation, string[]>();

/**
 * Returns whether a station matches a search: each wanted word begins a word of its id, name, owner or state, or does so
 * with one letter missing, added, changed or swapped.
 */
export function matchesSearch(stationId: string, station: NamedStation | undefined, wanted: string): boolean {
  const words = station ? wordsOf(station) : splitWords(stationId);
  return splitWords(wanted).every((word) => words.some((known) => known.startsWith(word) || isAlmost(word, known)));
}

function wordsOf(station: NamedStation): string[] {
  const known = wordsOfStation.get(station);
  if (known) return known;
  const { stationId, name, place, owner } = station;
  const code = /,\s*([A-Z]{2})\b/.exec(`${name} ${place}`)?.[1] ?? "";
  const words = splitWords([stationId, name, place, owner, regions[code]].join(" "));
  wordsOfStation.set(station, words);
  return words;
}

function splitWords(text: string): string[] {
  const plain = text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.match(/[\p{L}\d]+/gu) ?? [];
}

/** Returns whether a word begins another one, but for one letter. Ids must be right: neighbours differ by one digit. */
function isAlmost(word: string, known: string): boolean {
  if (word.length < shortestForgiven || known.length < shortestForgiven - 1 || /\d/.test(word)) return false;
  const at = firstDifference(word, known);
  if (at === 0) return false;
  const rest = word.slice(at);
  const [missing, added, changed] = [rest, rest.slice(1), rest.slice(1)];
  const swapped = (rest[1] ?? "") + (rest[0] ?? "") + rest.slice(2);
  return (
    known.startsWith(missing, at + 1) ||
    known.startsWith(added, at) ||
    known.startsWith(changed, at + 1) ||
    known.startsWith(swapped, at)
  );
}

function firstDifference(word: string, known: string): number {
  let at = 0;
  while (at < word.length && word[at] === known[at]) at++;
  return at;
}
