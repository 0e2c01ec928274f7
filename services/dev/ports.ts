import { StartError } from "../../shared/service.ts";

/** A port of 127.0.0.1 that nobody listens on at this moment. */
export function freePort(): number {
  return listenOnce("127.0.0.1", 0);
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
