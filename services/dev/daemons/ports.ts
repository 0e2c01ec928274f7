import { StartError } from "../../../shared/service/service.ts";

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

/** @throws {StartError} saying what to do, if nobody may listen there now */
export function requireFreePort(hostname: string, port: number): void {
  try {
    listenOnce(hostname, port);
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (code === "EADDRINUSE")
      throw new StartError(`port ${port} is taken: stop what listens there, or set PORT to another`);
    if (code === "EACCES") throw new StartError(`port ${port} may not be used: set PORT to one above 1023`);
    throw new StartError(`cannot listen on ${hostname}, port ${port}: ${message}`);
  }
}

function listenOnce(hostname: string, port: number): number {
  const listener = Bun.listen({ hostname, port, socket: { data() {} } });
  listener.stop(true);
  return listener.port;
}
