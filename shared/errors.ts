// The base class of all bellbuoy errors, and the message of any error.

/** An error with a stable `code`, used in problem documents, metric labels and log fields. */
export class CodedError extends Error {
  constructor(
    /** Lower case with underscores, like `database_away`. It never changes after a release. */
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Returns the message of anything that was thrown. For one line without a stack, use `describeError`. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Returns the `code` of anything that was thrown, such as `EADDRINUSE`; empty if it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
