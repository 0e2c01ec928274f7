// Fetches NDBC's files with restraint, and knows NDBC's own time.

import { type Clock, systemClock } from "../../../shared/clock.ts";
import { projectUrl } from "../../../shared/service/config.ts";
import { UpstreamError } from "./errors.ts";
import { type Answer, request } from "./request.ts";
import type { UpstreamFile } from "./types.ts";

/** The pause after a refusal doubles with each, up to this. */
const longestPauseSeconds = 300;

/** How to reach NDBC, and with how much patience. */
type NdbcClientOptions = {
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

/** Fetches NDBC's files, one request at a time. */
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
    if (awaySeconds > 0)
      throw new UpstreamError(address, "not asked: NDBC wants to be left alone", "unreachable", awaySeconds);
    try {
      const answer = await request(address, known, settings, noteDate);
      refusals = 0;
      return answer;
    } catch (error) {
      if (error instanceof UpstreamError && error.code === "refused") {
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
