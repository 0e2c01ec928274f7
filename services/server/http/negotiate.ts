import { parseAccept } from "hono/utils/accept";

/** The forms of an answer, by their names in `?format=`. */
export const formats = ["json", "csv", "geojson", "ndjson"] as const;

export type Format = (typeof formats)[number];

/** What stands in `Content-Type`. CSV is as RFC 4180 has it. */
export const mediaTypes: Record<Format, string> = {
  json: "application/json",
  csv: "text/csv; charset=utf-8; header=present",
  geojson: "application/geo+json",
  ndjson: "application/x-ndjson",
};

/** A media type without its parameters. */
export function bareMediaType(format: Format): string {
  return mediaTypes[format].split(";", 1)[0] ?? "";
}

/**
 * The format that an `Accept` header likes best; of those that it likes the same, the one that it names most precisely,
 * then the one that it names first. Without a header, or of those that it lumps together, the first that is offered.
 * @returns `null` where it allows none
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
 * The encoding that an `Accept-Encoding` header likes best; of those that it likes the same, the first that is offered.
 * @returns `null` where it allows none, or there is no such header
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
