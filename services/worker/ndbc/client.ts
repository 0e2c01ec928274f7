// Fetches NDBC's files with restraint, and knows NDBC's own time.

import { version } from "../../../package.json" with { type: "json" };
import { type Clock, systemClock } from "../../../shared/clock.ts";
import { projectUrl } from "../../../shared/service/config.ts";
import type { UpstreamFile } from "../store/store.ts";

/** The pause after a refusal doubles with each, up to this. */
const longestPauseSeconds = 300;
/** However long NDBC asks us to stay away: a slip of its must not silence us for good. */
const longestAwaySeconds = 3_600;

/** Returns the User-Agent: the name and version of this program, and the contact for questions about it. */
export function userAgent(contact: string): string {
  return `bellbuoy/${version} (+${contact})`;
}

/** A file could not be fetched. Its message is one line: which address, and why. */
export class UpstreamError extends Error {
  override name = "UpstreamError";
  constructor(
    address: URL,
    reason: string,
    /** How long NDBC asks us to stay away, where it does. */
    readonly retryAfterSeconds: number | null = null,
    /** Whether NDBC said that it will not, or cannot, serve us now: 403, 429 or 5xx. */
    readonly isRefusal = false,
  ) {
    super(`${address.origin}${address.pathname}: ${reason}`);
  }
}

export type NdbcClientOptions = {
  /** Where NDBC is, without a slash at its end; a file's path follows. */
  baseUrl: string;
  /** Whom NDBC may write to: an address of the web or of mail. The project's own by default. */
  contact?: string;
  /** Ends what is under way, and lets nothing more begin. */
  signal?: AbortSignal;
  /** How long a whole answer may take; 30 seconds unless told. */
  timeoutMs?: number;
  /** The largest body that is taken, counted unzipped; some ten times NDBC's largest file unless told. */
  maxBytes?: number;
  clock?: Clock;
};

/** {@link NdbcClientOptions} with their defaults. */
type Settings = Required<Omit<NdbcClientOptions, "signal">> & Pick<NdbcClientOptions, "signal">;

/**
 * An answer: a body, a character a byte (ISO-8859-1); or that it is still the same; or that there is no such file. The first
 * two come with the validators for the next request; their hash is the body's SHA-256.
 */
export type Answer = {
  /** When NDBC sent it: its `Date` header, or this machine's time where that is absent. */
  answeredAt: Date;
} & (({ kind: "body"; body: string } & UpstreamFile) | ({ kind: "unchanged" } & UpstreamFile) | { kind: "missing" });

export type NdbcClient = {
  /**
   * Fetches a file, if it has changed. Requests of one client wait for each other, and none is sent while NDBC has asked
   * us to stay away.
   * @param known what the last answer came with; `null` fetches the file whether it has changed or not
   * @throws {UpstreamError} when NDBC cannot be reached, refuses, or does not send a whole answer of allowed size
   * @throws the reason of the client's signal when that is aborted
   */
  get(path: string, known: UpstreamFile | null): Promise<Answer>;
  /**
   * Returns NDBC's own time in ms since 1970: the `Date` header of its last answer and what has passed since. It does not
   * depend on how this machine's clock is set. `null` before the first answer that has one.
   */
  nowMs(): number | null;
};

/**
 * Makes a client that asks as NDBC wants it: conditional requests, gzip, a name and a contact, one request at a time, a
 * growing pause after a refusal, and nothing before the end of a Retry-After.
 */
export function createNdbcClient(options: NdbcClientOptions): NdbcClient {
  const settings = { contact: projectUrl, timeoutMs: 30_000, maxBytes: 8_000_000, clock: systemClock, ...options };
  const { clock } = settings;
  let previous: Promise<unknown> = Promise.resolve();
  /** What to add to the monotonic clock to get NDBC's time. */
  let ndbcSkewMs: number | null = null;
  let awayUntilMs = 0;
  /** So many in a row. */
  let refusals = 0;

  async function getInTurn(path: string, known: UpstreamFile | null): Promise<Answer> {
    const address = new URL(options.baseUrl + path);
    const awaySeconds = Math.ceil((awayUntilMs - clock.monotonicMs()) / 1_000);
    if (awaySeconds > 0) throw new UpstreamError(address, `not asked: NDBC wants to be left alone`, awaySeconds);
    try {
      const answer = await request(address, known, settings, noteDate);
      refusals = 0;
      return answer;
    } catch (error) {
      if (error instanceof UpstreamError && error.isRefusal) {
        const pauseSeconds = Math.min(2 ** refusals++, longestPauseSeconds);
        awayUntilMs = clock.monotonicMs() + Math.max(pauseSeconds, error.retryAfterSeconds ?? 0) * 1_000;
      }
      throw error;
    }
  }

  function noteDate(date: Date): void {
    ndbcSkewMs = date.getTime() - clock.monotonicMs();
  }

  return {
    nowMs: () => (ndbcSkewMs === null ? null : clock.monotonicMs() + ndbcSkewMs),
    get(path, known) {
      const answer = previous.then(() => getInTurn(path, known));
      previous = answer.catch(() => {});
      return answer;
    },
  };
}

async function request(
  address: URL,
  known: UpstreamFile | null,
  settings: Settings,
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
      readRetryAfter(response, answeredAt),
      isRefusal(response.status),
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
