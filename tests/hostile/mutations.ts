// Random mutations of texts and NDBC files.

import fc from "fast-check";

/** Changes a text, in which a character stands for a byte. */
type Mutation = (text: string) => string;

/** Words that a parser might take for a number, a time, a station or the end of the file. */
const hostileWords = [
  ..."1e999 -1e999 1e-999 1E3 0x10 0b1 0o7 1_000 1,5 1.2.3 +-1 --1 + - . -. 1. .5 -0 -0.0 +0 00 007 NaN nan Infinity".split(
    " ",
  ),
  ..."-Infinity inf null undefined true MM mm N/A -99 99 999 999.0 9999 99.0 24 60 61 32 13 0000 9999 99999 1969".split(
    " ",
  ),
  ..."__proto__ constructor toString ../../etc/passwd %00 %s $1 '; ' OR '1'='1 <b> &amp; &#0; &#xD800; & ]]> --> #".split(
    " ",
  ),
  "9".repeat(15),
  "9".repeat(16),
  "9".repeat(400),
  `0.${"1".repeat(400)}`,
  "\0",
  "\u007f",
  "\x85",
  "\xa0",
  "44\xdf9",
  // Latin1 readings of UTF-8: Arabic digits, a full-width digit, a minus sign, a dotless i.
  ...["٣", "٤٤٠٠٩", "３", "−1", "kguı", "½"].map((word) => Buffer.from(word).toString("latin1")),
];

const hostileTimes = [
  ["2026", "02", "30", "11", "50"],
  ["2026", "02", "29", "11", "50"],
  ["2026", "05", "06", "24", "00"],
  ["2026", "05", "06", "23", "60"],
  ["2026", "13", "01", "00", "00"],
  ["2026", "00", "00", "00", "00"],
  ["0000", "01", "01", "00", "00"],
  ["0", "1", "1", "0", "0"],
  ["26", "05", "06", "11", "50"],
  ["99999", "05", "06", "11", "50"],
  ["275760", "09", "13", "00", "01"],
  ["9999", "12", "31", "23", "59"],
  ["-2026", "05", "06", "11", "50"],
  ["2026", "05", "06", "12", "06"],
];

/** Generates a byte, as a character. */
const byte = fc.nat(255).map((code) => String.fromCharCode(code));
/** Generates a position in a text, from its start (0) to its end (1). */
const place = fc.double({ min: 0, max: 1, noNaN: true });

const at = (text: string, where: number) => Math.floor(where * text.length);
const lines = (text: string) => text.split("\n");

/** Shuffles a list by sort keys. Long lists repeat the keys. */
function shuffle<T>(list: T[], keys: number[]): T[] {
  const key = (index: number) => ((keys[index % keys.length] ?? 0) * (index + 1)) % 1;
  return list
    .map((item, index) => ({ item, key: key(index) }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** Replaces one match of a pattern. @param where position among all matches, 0..1 */
function replaceOne(text: string, pattern: RegExp, where: number, replacement: string): string {
  const matches = [...text.matchAll(pattern)];
  const match = matches[Math.min(matches.length - 1, Math.floor(where * matches.length))];
  if (match === undefined) return text;
  return text.slice(0, match.index) + replacement + text.slice(match.index + match[0].length);
}

const insert = (text: string, where: number, piece: string) =>
  text.slice(0, at(text, where)) + piece + text.slice(at(text, where));

const hostileWord = fc.constantFrom(...hostileWords);

/** A word of a text: a cell, the value of an attribute, or a part of a tag. */
const wordMutation: fc.Arbitrary<Mutation> = fc.tuple(place, hostileWord).map(
  ([where, word]) =>
    (text) =>
      replaceOne(text, /[^\s"=<>,:{}]+/g, where, word),
);

const timeMutation: fc.Arbitrary<Mutation> = fc.tuple(place, fc.constantFrom(...hostileTimes)).map(
  ([where, time]) =>
    (text) =>
      replaceOne(text, /\d{4} \d\d \d\d \d\d \d\d/g, where, time.join(" ")),
);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 12, arbitrary: wordMutation },
  { weight: 6, arbitrary: timeMutation },
  {
    weight: 3,
    arbitrary: place.map(
      (where): Mutation =>
        (text) =>
          text.slice(0, at(text, where)),
    ),
  },
  {
    weight: 2,
    arbitrary: place.map(
      (where): Mutation =>
        (text) =>
          text.slice(at(text, where)),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.array(fc.tuple(place, byte), { minLength: 1, maxLength: 8 }).map(
      (flips): Mutation =>
        (text) =>
          flips.reduce((flipped, [where, flip]) => {
            return flipped.slice(0, at(flipped, where)) + flip + flipped.slice(at(flipped, where) + 1);
          }, text),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 64 })).map(
      ([where, bytes]): Mutation =>
        (text) =>
          insert(text, where, Buffer.from(bytes).toString("latin1")),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.array(place, { minLength: 2, maxLength: 9 }).map(
      (keys): Mutation =>
        (text) => {
          return shuffle(lines(text), keys).join("\n");
        },
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(place, place).map(
      ([from, to]): Mutation =>
        (text) => {
          const all = lines(text);
          all.splice(at(text, to) % all.length, 0, all[at(text, from) % all.length] ?? "");
          return all.join("\n");
        },
    ),
  },
  {
    weight: 3,
    // The cells of one line in another order.
    arbitrary: fc.tuple(place, fc.array(place, { minLength: 2, maxLength: 9 })).map(
      ([where, keys]): Mutation =>
        (text) => {
          const all = lines(text);
          const index = at(text, where) % all.length;
          all[index] = shuffle((all[index] ?? "").split(" "), keys).join(" ");
          return all.join("\n");
        },
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Mutation>(
      (text) => Buffer.from(text, "utf16le").toString("latin1"),
      (text) => Buffer.from(text, "utf16le").swap16().toString("latin1"),
      (text) => `\xff\xfe${Buffer.from(text, "utf16le").toString("latin1")}`,
      (text) => `\xef\xbb\xbf${text}`,
      (text) => Buffer.from(text, "utf8").toString("latin1"),
      (text) => text.replaceAll("\n", "\r"),
      (text) => text.replaceAll("\n", "\r\n"),
      (text) => text.replaceAll("\n", ""),
      (text) => text.replaceAll("\n", "\n\n"),
      (text) => text.replaceAll(" ", "\t"),
      (text) => text.replaceAll(" ", "\0"),
      (text) => text.replaceAll(" ", "\xa0"),
      (text) => text + text,
      (text) => Bun.gzipSync(Buffer.from(text, "latin1")).reduce((all, code) => all + String.fromCharCode(code), ""),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(place, fc.constantFrom("x", "9", " ", "9 ", "-", "\n", "<", '"', "&", "\0", "[", "{")).map(
      ([where, piece]): Mutation =>
        (text) =>
          insert(text, where, piece.repeat(1_000_000 / piece.length)),
    ),
  },
);

/** Generates one to three mutations of a text. */
export function mutated(text: string): fc.Arbitrary<string> {
  return fc
    .array(mutation, { minLength: 1, maxLength: 3 })
    .map((mutations) => mutations.reduce((sofar, mutate) => mutate(sofar), text));
}

/** Generates mutations of one line of a table, which stays one line. */
export function mutatedLine(line: string): fc.Arbitrary<string> {
  return mutated(line).map((text) => text.replaceAll("\n", " "));
}

/** Returns a station list with XML entities that each repeat the previous one ten times: 10 to the power of `count`. */
export function entityBomb(count: number): string {
  const declared = Array.from({ length: count }, (_, index) => {
    return `<!ENTITY e${index + 1} "${`&e${index};`.repeat(10)}">`;
  });
  return `<!DOCTYPE s [<!ENTITY e0 "boom">${declared.join("")}]><stations><station name="&e${count};"/></stations>`;
}
