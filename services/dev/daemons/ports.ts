// Free ports of this machine.

import { openPort } from "../../../shared/service/port.ts";

/**
 * Returns a port of 127.0.0.1 on which no process listens at this moment. The system gives none of these to an outgoing
 * connection (Linux from 32768, others from 49152), so it stays free until it is used.
 */
export function freePort(): number {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    try {
      return listenOnce("127.0.0.1", port);
    } catch (error) {
      if ((error as { code?: string }).code !== "EADDRINUSE") throw error;
    }
  }
}

/** Makes sure that a port can be had at this moment. @throws {StartError} that says what to do where it cannot */
export function requireFreePort(host: string, port: number): void {
  openPort({ host, port, variable: "PORT" }, () => listenOnce(host, port));
}

function listenOnce(hostname: string, port: number): number {
  const listener = Bun.listen({ hostname, port, socket: { data() {} } });
  listener.stop(true);
  return listener.port;
}
