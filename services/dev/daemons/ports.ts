// Finds free ports on this machine.

import { codeOf } from "../../../shared/errors.ts";
import { openPort } from "../../../shared/service/port.ts";

/**
 * Returns a port of 127.0.0.1 on which no process is listening. It is below the range for outgoing connections (from 32768 on
 * Linux, from 49152 elsewhere), so no connection takes it before it is used.
 * @throws {Error} if listening fails for another reason than a used port
 */
export function freePort(): number {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    try {
      return listenOnce("127.0.0.1", port);
    } catch (error) {
      if (codeOf(error) !== "EADDRINUSE") throw error;
    }
  }
}

/** Checks that a port is free. @throws {StartError} with advice if it is not */
export function requireFreePort(host: string, port: number): void {
  openPort({ host, port, variable: "PORT" }, () => listenOnce(host, port));
}

function listenOnce(hostname: string, port: number): number {
  const listener = Bun.listen({ hostname, port, socket: { data() {} } });
  listener.stop(true);
  return listener.port;
}
