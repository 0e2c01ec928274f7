// What a service gets at its start, and the error of a start that fails.

import { CodedError } from "../errors.ts";
import type { Log } from "./log.ts";

/** A problem that the operator must fix before the service can start. Its message is one line with the fix. */
export class StartError extends CodedError {
  override name = "StartError";
  constructor(message: string, { code = "cannot_start", ...options }: ErrorOptions & { code?: string } = {}) {
    super(code, message, options);
  }
}

/** The parameters of a service's start function. */
export type ServiceParts<Config> = {
  config: Config;
  log: Log;
  /** Registers a function that closes a resource. They run in reverse order when the service stops. */
  onClose(close: () => unknown): void;
  /** Aborted when the service stops. */
  signal: AbortSignal;
};
