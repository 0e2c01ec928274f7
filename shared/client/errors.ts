// Why there is no connection to a server.

import { CodedError } from "../errors.ts";

/** Builds the message of each code from its detail. */
const messages = {
  unreachable: () => "the server cannot be reached",
  overdue: () => "the server does not answer",
  lost: () => "the connection was lost",
  interrupted: () => "the stream was interrupted",
  reset: (reason: string) => `${reason || "too many events were missed"}; continuing with the newest reports`,
  refused: (reason: string) => reason,
  status: (status: string) => `status ${status}`,
  no_server: () => "this address is not a bellbuoy server",
};

/** What went wrong, for programs. */
export type ConnectionCode = keyof typeof messages;

/** The connection failed. Any other error is a fault of the program. */
export class ConnectionError extends CodedError {
  constructor(
    override readonly code: ConnectionCode,
    /** The server's own reason (`refused`, `reset`), or the HTTP status of an answer without one (`status`). */
    readonly detail = "",
    options?: ErrorOptions,
  ) {
    super(code, messages[code](detail), options);
  }
}

/** The server, or a proxy's way to it, cannot be reached. */
export class UnreachableError extends ConnectionError {
  constructor(options?: ErrorOptions) {
    super("unreachable", "", options);
  }
}

/** The server refused a request. */
export class RefusedError extends ConnectionError {
  constructor(
    detail: string,
    /** Delay that the server asks for, in ms; `null` if it sends none. It may be negative. */
    readonly retryAfterMs: number | null,
    code: "refused" | "status" | "no_server" = "refused",
  ) {
    super(code, detail);
  }
}

/** Returns the error for an answer that no bellbuoy server sends. */
export function noServer(): RefusedError {
  return new RefusedError("", null, "no_server");
}
