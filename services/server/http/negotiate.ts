// Content negotiation: picks the format and the encoding of an answer.
import { parseAccept } from "hono/utils/accept";

/** Answer formats, by their names in `?format=`. */
const formats = ["json", "csv", "geojson", "ndjson"] as const;

/** Name of an answer format. */
export type Format = (typeof formats)[number];

/** `Content-Type` of each format. CSV follows RFC 4180. */
export const mediaTypes: Record<Format, string> = {
  json: "application/json",
  csv: "text/csv; charset=utf-8; header=present",
  geojson: "application/geo+json",
  ndjson: "application/x-ndjson",
};

/** Returns whether a value is the name of a format. */
export function isFormat(name: unknown): name is Format {
  return formats.some((format) => format === name);
}

/** Returns the media type of a format without parameters. */
export function bareMediaType(format: Format): string {
  return mediaTypes[format].split(";", 1)[0] ?? "";
}

/**
 * Picks the format that an `Accept` header prefers. If several have the same quality, the most specific range wins,
 * then the first range in the header, then the first offered format.
 * @returns `null` if the header accepts none of the offered formats
 */
export function acceptedFormat(accept: string | undefined, offered: readonly Format[]): Format | null {
  const ranges = parseAccept(accept || "*/*").map(({ type, q }, place) => ({ type: type.toLowerCase(), q, place }));
  const liked = offered.flatMap((format) => {
    const type = bareMediaType(format);
    const precise = [type, `${type.slice(0, type.indexOf("/"))}/*`, "*/*"];
    const matching = ranges.filter((range) => precise.includes(range.type));
    matching.sort((a, b) => precise.indexOf(a.type) - precise.indexOf(b.type));
    const [best] = matching;
    return best === undefined || best.q === 0 ? [] : [{ format, ...best, vagueness: precise.indexOf(best.type) }];
  });
  liked.sort((a, b) => b.q - a.q || a.vagueness - b.vagueness || a.place - b.place);
  return liked[0]?.format ?? null;
}

/**
 * Picks the encoding that an `Accept-Encoding` header prefers; for equal quality the first offered one.
 * @returns `null` if the header accepts none, or is missing
 */
export function acceptedEncoding<Encoding extends string>(
  acceptEncoding: string | undefined,
  offered: readonly Encoding[],
): Encoding | null {
  const ranges = parseAccept(acceptEncoding ?? "");
  const qualityOf = (encoding: Encoding) =>
    (ranges.find(({ type }) => type.toLowerCase() === encoding) ?? ranges.find(({ type }) => type === "*"))?.q ?? 0;
  const liked = offered.filter((encoding) => qualityOf(encoding) > 0);
  liked.sort((a, b) => qualityOf(b) - qualityOf(a));
  return liked[0] ?? null;
}
