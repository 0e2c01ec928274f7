// The base of every error class of ours.

/** An error that machines can tell apart: `code` is the same word in problem documents, metric labels and log fields. */
export class CodedError extends Error {
  constructor(
    /** Lower case with underscores, like `database_away`. It never changes once released. */
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
