// The ways in which a file of NDBC's can fail.

import { CodedError } from "../../../shared/errors.ts";

/** A file could not be fetched. Its message is one line: which address, and why. */
export class UpstreamError extends CodedError {
  override name = "UpstreamError";
  /** `refused`: NDBC says that it will not, or cannot, serve us now (403, 429 or 5xx). */
  declare readonly code: "refused" | "unreachable";
  constructor(
    address: URL,
    reason: string,
    code: "refused" | "unreachable" = "unreachable",
    /** How long NDBC asks us to stay away, where it does. */
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(code, `${address.origin}${address.pathname}: ${reason}`);
  }
}

/**
 * NDBC sent another file than the requested one, or not all of it, so nothing of it may be stored. Its message is one line
 * that says what came instead: `not data, but an HTML page`.
 */
export class NotDataError extends CodedError {
  override name = "NotDataError";
  declare readonly code: "not_data";
  /** @param found what came, as a noun: "an HTML page" */
  constructor(found: string) {
    super("not_data", `not data, but ${found}`);
  }
}
