// The sockets of a pool of PostgreSQL connections: which host they go to, and the end of those that have fallen silent.

import { Socket } from "node:net";
import { type Clock, systemClock } from "./clock.ts";

/** Where a pool connects to, as `postgres` has read it from the address: several hosts with a port each, or one path. */
export type SqlAddress = { host: string[]; port: number[]; path: string | false };

/** A connection that failed this soon shows that its host does not serve, whatever the reason. */
const earlyMs = 10_000;
/** How far apart looks at a socket are: this much later than its deadline it may be found silent. */
const checkMs = 1_000;
/** The longest pause after all hosts have failed, in ms. */
const longestPauseMs = 1_000;
/** The system asks the other end for a sign of life after this time, for connections that may be silent. */
const keepAliveMs = 60_000;

/**
 * Makes sockets as `postgres` wants them for its option `socket`, and destroys each on which nothing has come for
 * `silenceMs`. Then `postgres` fails what waits on it as `CONNECTION_CLOSED`, and opens another when it needs one. Asking
 * PostgreSQL to cancel, or closing in order, would wait for the other end in turn.
 *
 * A socket goes to the host that served last, the first at the start; when a connection to it fails early, to the next.
 * When all hosts have failed in turn, it waits a moment first: `postgres` itself tries again without a pause then, and also
 * where a connection is taken and closed without a word.
 * @param silenceMs `null`: a socket may be silent for as long as its host answers to TCP
 * @param pauseClock by which it waits before it tries again; it runs on where `clock` stands still
 */
export function createSqlSockets(
  silenceMs: number | null,
  clock: Clock = systemClock,
  pauseClock: Clock = systemClock,
): (address: SqlAddress) => Socket | Promise<Socket> {
  let current = 0;
  /** Connections in a row on which nothing has come. */
  let failures = 0;
  /** The last socket, and when it was opened. */
  let last: { socket: Socket; atMs: number } | null = null;

  function open({ host: hosts, port: ports, path }: SqlAddress): Socket {
    const now = clock.monotonicMs();
    if (last?.socket.destroyed && now - last.atMs < earlyMs) current = (current + 1) % hosts.length;
    const [host, port] = [hosts[current], ports[current]];
    // TLS checks the certificate against `host`.
    const socket = Object.assign(new Socket(), { host, port });
    last = { socket, atMs: now };
    socket.once("connect", () => socket.setKeepAlive(true, keepAliveMs));
    socket.once("close", () => {
      failures = socket.bytesRead > 0 ? 0 : failures + 1;
    });
    if (silenceMs !== null) destroyOnceSilent(socket, silenceMs, clock);
    // What is written before it is connected waits.
    return socket.connect(path ? { path } : { host, port: Number(port) });
  }

  return (address) => {
    if (last !== null && last.socket.bytesRead > 0) failures = 0;
    const rounds = failures / address.host.length;
    if (rounds === 0 || !Number.isInteger(rounds)) return open(address);
    const { promise, resolve } = Promise.withResolvers<Socket>();
    pauseClock.after(Math.min(25 * 2 ** rounds, longestPauseMs), () => resolve(open(address)));
    return promise;
  };
}

/** Looks again and again, since `postgres` takes away every listener of a socket when it begins TLS on it. */
function destroyOnceSilent(socket: Socket, silenceMs: number, clock: Clock): void {
  let bytesRead = 0;
  let heardAtMs = clock.monotonicMs();
  const stop = clock.every(checkMs, () => {
    if (socket.destroyed) return stop();
    if (socket.bytesRead !== bytesRead) {
      bytesRead = socket.bytesRead;
      heardAtMs = clock.monotonicMs();
    } else if (clock.monotonicMs() - heardAtMs >= silenceMs) {
      stop();
      // After what is about to be written: of a write that is cut short by the end, `postgres` (3.4.9) believes for ever
      // that it is still to come, and the next connection would never send anything (porsager/postgres#1176).
      setImmediate(() => socket.destroy());
    }
  });
}
