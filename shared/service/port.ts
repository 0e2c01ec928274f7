// Opens a port, and explains a failure in one line.

import { describeError } from "../connections/connection-health.ts";
import { codeOf } from "../errors.ts";
import { StartError } from "../process/service-parts.ts";

/** A port and its settings. */
type PortSettings = {
  port: number;
  /** The variable that sets the port, like `PORT`. */
  variable: string;
  /** The value of `HOST`; absent if the service has no such setting. */
  host?: string;
};

/**
 * Opens a port with `listen`, which throws on failure.
 * @returns the result of `listen`
 * @throws {StartError} with the code `port_taken`, `port_not_allowed` or `cannot_listen`
 */
export function openPort<T>({ port, variable, host }: PortSettings, listen: () => T): T {
  try {
    return listen();
  } catch (cause) {
    const code = codeOf(cause);
    if (code === "EADDRINUSE") {
      const message = `port ${port} is taken: stop what listens there, or set ${variable} to another`;
      throw new StartError(message, { code: "port_taken", cause });
    }
    if (code === "EACCES") {
      const message = `port ${port} may not be used: set ${variable} to one above 1023`;
      throw new StartError(message, { code: "port_not_allowed", cause });
    }
    const message =
      host === undefined
        ? `cannot listen on port ${port} (${describeError(cause)})`
        : `cannot listen on ${host}, port ${port} (${describeError(cause)}): set HOST to an address of this machine`;
    throw new StartError(message, { code: "cannot_listen", cause });
  }
}
