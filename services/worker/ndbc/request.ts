// Sends one request to NDBC and reads its answer, within limits of time and size.

import { version } from "../../../package.json" with { type: "json" };
import type { Clock } from "../../../shared/clock.ts";
import { UpstreamError } from "./errors.ts";
import type { UpstreamFile } from "./types.ts";

/** However long NDBC asks us to stay away: a slip of its must not silence us for good. */
const longestAwaySeconds = 3_600;

/** How a request is made. */
type RequestSettings = {
  /** Whom NDBC may write to. */
  contact: string;
  /** Ends the request. */
  signal?: AbortSignal;
  /** How long a whole answer may take. */
  timeoutMs: number;
  /** The largest body that is taken, counted unzipped. */
  maxBytes: number;
  clock: Clock;
};

/**
 * An answer: a body, a character a byte (ISO-8859-1); or that it is still the same; or that there is no such file. The first
 * two come with the validators for the next request; their hash is the body's SHA-256.
 */
export type Answer = {
  /** When NDBC sent it: its `Date` header, or this machine's time where that is absent. */
  answeredAt: Date;
} & (({ kind: "body"; body: string } & UpstreamFile) | ({ kind: "unchanged" } & UpstreamFile) | { kind: "missing" });

/** Returns the User-Agent: the name and version of this program, and the contact for questions about it. */
function userAgent(contact: string): string {
  return `bellbuoy/${version} (+${contact})`;
}

/**
 * Requests a file once.
 * @param known what the last answer came with, for a conditional request; `null`: none
 * @param noteDate called with the `Date` header as soon as there is one
 * @throws {UpstreamError} when NDBC cannot be reached, refuses, or does not send a whole answer of allowed size
 * @throws the reason of `signal` when that is aborted
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

/** How many redirects are followed. */
const maxRedirects = 3;

/** Fetches, and follows redirects on the same host; to another one, or away from https, they are refused. */
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
      isRefusal(response.status) ? "refused" : "unreachable",
      readRetryAfter(response, answeredAt),
    );
  }
  const bytes = await readBody(response, address, maxBytes);
  const hash = new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
  if (hash === known?.hash) return { kind: "unchanged", answeredAt, etag, lastModified, hash };
  return { kind: "body", answeredAt, body: bytes.toString("latin1"), etag, lastModified, hash };
}

/** Reads while it comes, unzipped by `fetch` a piece at a time, so that no answer takes more memory than is allowed. */
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

function isRefusal(status: number): boolean {
  return status === 403 || status === 429 || status >= 500;
}

/**
 * The seconds of `Retry-After`, which holds either these or a date, where the status is one to stay away for. A date is
 * compared with NDBC's own.
 */
function readRetryAfter({ status, headers }: Response, answeredAt: Date): number | null {
  const value = headers.get("Retry-After");
  if (value === null || !isRefusal(status)) return null;
  if (/^\d+$/.test(value)) return Math.min(Number(value), longestAwaySeconds);
  const seconds = Math.ceil((Date.parse(value) - answeredAt.getTime()) / 1000);
  return Number.isNaN(seconds) ? null : Math.min(Math.max(0, seconds), longestAwaySeconds);
}

/** Why `fetch` failed, in our words where we have seen it. */
function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  return failures[code] ?? error.message.replace(/\s+/g, " ");
}

const failures: Record<string, string> = {
  ECONNREFUSED: "no connection",
  ECONNRESET: "the connection was closed before the answer was complete",
  ZlibError: "the gzip data is broken or cut short",
};
