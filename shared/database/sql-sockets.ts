// The sockets of a PostgreSQL pool: chooses the host, and destroys sockets that have fallen silent.

import { Socket } from "node:net";
import { type Clock, systemClock } from "../clock.ts";

/** The address as `postgres` parsed it: one or more hosts, each with a port, or one socket path. */
type SqlAddress = { host: string[]; port: number[]; path: string | false };

/** If a connection fails within this time, in ms, its host counts as unavailable. */
const earlyMs = 10_000;
/** Interval between checks of a socket, in ms. A silent socket is found at most this late. */
const checkMs = 1_000;
/** Max pause after all hosts have failed, in ms. */
const longestPauseMs = 1_000;
/** Delay before TCP keep-alive probes, in ms, for connections without a silence limit. */
const keepAliveMs = 60_000;

/**
 * Creates the sockets for the `socket` option of `postgres`, and destroys a socket that receives nothing for `silenceMs`.
 * `postgres` then rejects its queries with `CONNECTION_CLOSED`, and opens another connection when it needs one. A cancel
 * request or an orderly close would wait for the dead host again.
 *
 * A socket connects to the host that worked last, at the start to the first. If that connection fails early, the next
 * socket connects to the next host. After all hosts have failed, there is a pause: `postgres` itself retries without one,
 * also when a host accepts a connection and closes it at once.
 * @param silenceMs `null`: no limit, as long as the host answers TCP keep-alive
 * @param pauseClock times the pause before a retry; it runs even if a test stops `clock`
 */
export function createSqlSockets(
  silenceMs: number | null,
  clock: Clock = systemClock,
  pauseClock: Clock = systemClock,
): (address: SqlAddress) => Socket | Promise<Socket> {
  let current = 0;
  /** Number of consecutive connections that received no data. */
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
    // Node buffers writes until the socket is connected.
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

/** Polls the socket, because `postgres` removes all listeners of a socket when it starts TLS. */
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
      // Destroy after pending writes. If a write is cut short, `postgres` (3.4.9) waits for it for ever, and the next
      // connection never sends anything (porsager/postgres#1176).
      setImmediate(() => socket.destroy());
    }
  });
}
