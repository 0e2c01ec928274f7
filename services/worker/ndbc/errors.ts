// Errors of NDBC's files.

import { CodedError } from "../../../shared/errors.ts";

type UpstreamFault = "refused" | "unreachable";

/** A file could not be fetched. Its message is one line with the address and the reason. */
export class UpstreamError extends CodedError {
  override name = "UpstreamError";
  /**
   * `refused`: NDBC answers, but will not or cannot serve requests now (4xx or 5xx); also while the client waits after that.
   * `unreachable`: there is no whole answer.
   */
  declare readonly code: UpstreamFault;
  constructor(
    address: URL,
    reason: string,
    code: UpstreamFault = "unreachable",
    /** Pause that NDBC asks for, in seconds; `null`: none. */
    readonly retryAfterSeconds: number | null = null,
    /** Whether the client must send no request for a while (403, 429 or 5xx). */
    readonly asksForPause = false,
  ) {
    super(code, `${address.origin}${address.pathname}: ${reason}`);
  }
}

/**
 * NDBC sent another file, or an incomplete one, so the worker stores nothing of it. Its message is one line that describes
 * the content: `not data, but an HTML page`.
 */
export class NotDataError extends CodedError {
  override name = "NotDataError";
  declare readonly code: "not_data";
  /** @param found a noun for the content, such as "an HTML page" */
  constructor(found: string) {
    super("not_data", `not data, but ${found}`);
  }
}

/** NDBC does not have a file that it must have (404). */
export class MissingFileError extends CodedError {
  override name = "MissingFileError";
  declare readonly code: "missing";
  constructor(path: string) {
    super("missing", `NDBC has no ${path}`);
  }
}
