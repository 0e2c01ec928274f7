// Errors of NDBC's files.

import { CodedError } from "../../../shared/errors.ts";

/** A file could not be fetched. Its message is one line with the address and the reason. */
export class UpstreamError extends CodedError {
  override name = "UpstreamError";
  /** `refused`: NDBC will not or cannot serve requests now (403, 429 or 5xx). */
  declare readonly code: "refused" | "unreachable";
  constructor(
    address: URL,
    reason: string,
    code: "refused" | "unreachable" = "unreachable",
    /** Pause that NDBC asks for, in seconds; `null`: none. */
    readonly retryAfterSeconds: number | null = null,
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
