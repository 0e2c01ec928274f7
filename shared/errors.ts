// The base class of all bellbuoy errors.

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
