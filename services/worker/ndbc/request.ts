// Sends one request to NDBC and reads the response, with limits for time and size.

import { version } from "../../../package.json" with { type: "json" };
import type { Clock } from "../../../shared/clock.ts";
import { codeOf } from "../../../shared/errors.ts";
import { clamp } from "../../../shared/numbers.ts";
import { UpstreamError } from "./errors.ts";
import type { UpstreamFile } from "./types.ts";

/** Max Retry-After in seconds: a wrong header of NDBC must not stop all requests for ever. */
const longestAwaySeconds = 3_600;

/** Settings of a request. */
type RequestSettings = {
  /** Contact address for NDBC. */
  contact: string;
  /** Ends the request. */
  signal?: AbortSignal;
  /** Time limit for a complete response, in ms. */
  timeoutMs: number;
  /** Max body size in bytes, unzipped. */
  maxBytes: number;
  clock: Clock;
};

/**
 * A response: a body with one character per byte (ISO-8859-1), an unchanged file, or a missing file. The first two have the
 * validators for the next request. The hash is the SHA-256 of the body.
 */
export type Answer = {
  /** When NDBC sent it: the `Date` header, or this machine's time if there is none. */
  answeredAt: Date;
} & (({ kind: "body"; body: string } & UpstreamFile) | ({ kind: "unchanged" } & UpstreamFile) | { kind: "missing" });

/** Returns the User-Agent: name and version of bellbuoy, and the contact address. */
function userAgent(contact: string): string {
  return `bellbuoy/${version} (+${contact})`;
}

/**
 * Requests a file once.
 * @param known validators of the last response, for a conditional request; `null`: unconditional
 * @param noteDate called with the `Date` header as soon as it arrives
 * @throws {UpstreamError} when NDBC is unreachable or refuses, or when the response is incomplete or too large
 * @throws {unknown} the reason of `signal` when it is aborted
 */
export async function request(
  address: URL,
  known: UpstreamFile | null,
  settings: RequestSettings,
  noteDate: (date: Date) => void,
): Promise<Answer> {
  const { signal, contact, timeoutMs, maxBytes, clock } = settings;
  signal?.throwIfAborted();
  const timeout = new AbortController();
  const cancelTimeout = clock.after(timeoutMs, () => timeout.abort());
  const ending = signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal;
  try {
    const response = await fetchFollowing(address, requestHeaders(known, contact), ending);
    const date = readDate(response);
    if (date !== null) noteDate(date);
    return await readAnswer(response, address, known, date ?? new Date(clock.now()), maxBytes);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof UpstreamError) throw error;
    const reason = timeout.signal.aborted ? `no whole answer in ${timeoutMs / 1000} s` : describeFailure(error);
    throw new UpstreamError(address, reason);
  } finally {
    cancelTimeout();
  }
}

function readDate({ headers }: Response): Date | null {
  const date = new Date(headers.get("Date") ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? null : date;
}

function requestHeaders(known: UpstreamFile | null, contact: string): Record<string, string> {
  return {
    "User-Agent": userAgent(contact),
    "Accept-Encoding": "gzip",
    ...(known?.etag ? { "If-None-Match": known.etag } : {}),
    ...(known?.lastModified ? { "If-Modified-Since": known.lastModified } : {}),
  };
}

/** Max number of redirects. */
const maxRedirects = 3;

/** Fetches a URL and follows redirects on the same host. Rejects redirects to another host or from https to http. */
async function fetchFollowing(address: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  let at = address;
  for (let redirects = 0; ; redirects++) {
    const response = await fetch(at, { headers, signal, redirect: "manual" });
    const location = response.headers.get("Location");
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return response;
    await response.body?.cancel();
    if (!URL.canParse(location, at.href)) throw new UpstreamError(address, "redirects to no address");
    const next = new URL(location, at);
    const isSafe = next.protocol === at.protocol || next.protocol === "https:";
    if (next.host !== at.host || !isSafe) throw new UpstreamError(address, `redirects elsewhere, to ${next.origin}`);
    if (redirects === maxRedirects) throw new UpstreamError(address, `redirects more than ${maxRedirects} times`);
    at = next;
  }
}

async function readAnswer(
  response: Response,
  address: URL,
  known: UpstreamFile | null,
  answeredAt: Date,
  maxBytes: number,
): Promise<Answer> {
  const etag = response.headers.get("ETag");
  const lastModified = response.headers.get("Last-Modified");
  if (response.status === 304 && known !== null) {
    const { hash } = known;
    return {
      kind: "unchanged",
      answeredAt,
      etag: etag ?? known.etag,
      lastModified: lastModified ?? known.lastModified,
      hash,
    };
  }
  if (response.status !== 200) {
    await response.body?.cancel();
    if (response.status === 404) return { kind: "missing", answeredAt };
    throw new UpstreamError(
      address,
      `answers ${response.status} ${response.statusText}`.trim(),
      response.status >= 400 ? "refused" : "unreachable",
      readRetryAfter(response, answeredAt),
      isRefusal(response.status),
    );
  }
  const bytes = await readBody(response, address, maxBytes);
  const hash = new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
  if (hash === known?.hash) return { kind: "unchanged", answeredAt, etag, lastModified, hash };
  return { kind: "body", answeredAt, body: bytes.toString("latin1"), etag, lastModified, hash };
}

/** Reads the body in chunks, which `fetch` unzips, so that no response takes more memory than allowed. */
async function readBody(response: Response, address: URL, maxBytes: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    size += piece.byteLength;
    if (size > maxBytes) throw new UpstreamError(address, `sends more than ${maxBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, size);
}

/** Returns whether NDBC will not or cannot serve any request now. */
function isRefusal(status: number): boolean {
  return status === 403 || status === 429 || status >= 500;
}

/**
 * Returns the seconds of `Retry-After`, or `null` if it is absent or the status is no refusal. The header has seconds or a
 * date, which is compared with NDBC's own time.
 */
function readRetryAfter({ status, headers }: Response, answeredAt: Date): number | null {
  const value = headers.get("Retry-After");
  if (value === null || !isRefusal(status)) return null;
  if (/^\d+$/.test(value)) return Math.min(Number(value), longestAwaySeconds);
  const seconds = Math.ceil((Date.parse(value) - answeredAt.getTime()) / 1000);
  return Number.isNaN(seconds) ? null : clamp(seconds, 0, longestAwaySeconds);
}

/** Returns why `fetch` failed, with plain words for known errors. */
function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error);
  return failures[code] ?? error.message.replace(/\s+/g, " ");
}

const failures: Record<string, string> = {
  ECONNREFUSED: "no connection",
  ECONNRESET: "the connection was closed before the answer was complete",
  ZlibError: "the gzip data is broken or cut short",
};
