// The HTTP client for NDBC's files, with rate limits and NDBC's own time.

import { type Clock, systemClock } from "../../../shared/clock.ts";
import { projectUrl } from "../../../shared/service/config.ts";
import { UpstreamError } from "./errors.ts";
import { type Answer, request } from "./request.ts";
import type { UpstreamFile } from "./types.ts";

/** Max pause in seconds. The pause doubles with each consecutive refusal. */
const longestPauseSeconds = 300;

/** Address, contact and limits of the client. */
type NdbcClientOptions = {
  /** NDBC's URL without a trailing slash. */
  baseUrl: string;
  /** Contact address for NDBC: a URL or an email address. By default, the project's URL. */
  contact?: string;
  /** Aborts the current request and all later ones. */
  signal?: AbortSignal;
  /** Time limit for a complete response, in ms; 30 s by default. */
  timeoutMs?: number;
  /** Max body size in bytes, unzipped; the default is about ten times NDBC's largest file. */
  maxBytes?: number;
  clock?: Clock;
};

/** Fetches NDBC's files, one request at a time. */
export type NdbcClient = {
  /**
   * Fetches a file if it has changed. A client sends one request at a time, and none during a pause that NDBC asked for.
   * @param known validators of the last response; `null` fetches the file in any case
   * @throws {UpstreamError} when NDBC is unreachable or refuses, or when the response is incomplete or too large
   * @throws {unknown} the reason of the client's signal when it is aborted
   */
  get(path: string, known: UpstreamFile | null): Promise<Answer>;
  /**
   * Returns NDBC's own time in ms since 1970: the last `Date` header plus the time since then. It does not depend on
   * this machine's clock. `null` before the first `Date` header.
   */
  nowMs(): number | null;
};

/**
 * Creates a client that follows NDBC's rules: conditional requests, gzip, a User-Agent with contact, one request at a time,
 * a growing pause after each refusal, and no request before the end of a Retry-After.
 */
export function createNdbcClient(options: NdbcClientOptions): NdbcClient {
  const settings = { contact: projectUrl, timeoutMs: 30_000, maxBytes: 8_000_000, clock: systemClock, ...options };
  const { clock } = settings;
  let previous: Promise<unknown> = Promise.resolve();
  /** Offset from the monotonic clock to NDBC's time. */
  let ndbcSkewMs: number | null = null;
  let awayUntilMs = 0;
  /** Number of consecutive refusals. */
  let refusals = 0;

  async function getInTurn(path: string, known: UpstreamFile | null): Promise<Answer> {
    const address = new URL(options.baseUrl + path);
    const awaySeconds = Math.ceil((awayUntilMs - clock.monotonicMs()) / 1_000);
    if (awaySeconds > 0)
      throw new UpstreamError(address, "not asked: NDBC wants to be left alone", "refused", awaySeconds);
    try {
      const answer = await request(address, known, settings, noteDate);
      refusals = 0;
      return answer;
    } catch (error) {
      if (error instanceof UpstreamError && error.asksForPause) {
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
