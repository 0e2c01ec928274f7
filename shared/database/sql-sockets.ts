// The sockets of a PostgreSQL pool: finds the primary among several hosts, and destroys sockets that have fallen silent.

import { Socket } from "node:net";
import { type Clock, systemClock } from "../clock.ts";
import { CodedError, messageOf } from "../errors.ts";
import type { SqlHost } from "./sql-address.ts";

/** Interval between checks of a socket, in ms. A silent socket is found at most this late. */
const checkMs = 1_000;
/** Max pause after a failed connection, in ms. */
const longestPauseMs = 1_000;
/** Delay before TCP keep-alive probes, in ms, for connections without a silence limit. */
const keepAliveMs = 60_000;

/** Where the sockets of a pool connect to. */
type SocketTarget = {
  hosts: SqlHost[];
  /** Returns why a host is not usable now; `null`: it is. Without this function, the first host is used unchecked. */
  whyUnusable: ((host: SqlHost) => Promise<string | null>) | null;
  /** A socket that receives nothing for this time, in ms, is destroyed. `null`: as long as the host answers keep-alive. */
  silenceMs: number | null;
};

/**
 * Creates the sockets for the `socket` option of `postgres`, and destroys silent ones. `postgres` then rejects their queries
 * with `CONNECTION_CLOSED`, and opens another connection when it needs one. A cancel request or an orderly close would wait
 * for the dead host again.
 *
 * The own choice of `postgres` (3.4.9) between hosts takes a standby for a primary with `target_session_attrs=read-write`,
 * and hides why no host works. So it gets one socket, of a usable host. The host that worked last is checked first.
 *
 * After a failed connection there is a pause: `postgres` itself retries without one when a host accepts a connection and
 * closes it at once.
 * @param pauseClock times the pause before a retry; it runs even if a test stops `clock`
 */
export function createSqlSockets(
  { hosts, whyUnusable, silenceMs }: SocketTarget,
  clock: Clock = systemClock,
  pauseClock: Clock = systemClock,
): () => Promise<Socket> {
  let current = 0;
  /** Number of consecutive connections that received no data. */
  let failures = 0;
  let last: Socket | null = null;
  let finding: Promise<SqlHost> | null = null;

  async function findUsable(check: (host: SqlHost) => Promise<string | null>): Promise<SqlHost> {
    const reasons: string[] = [];
    for (const host of [...hosts.slice(current), ...hosts.slice(0, current)]) {
      const reason = await check(host);
      if (reason === null) {
        current = hosts.indexOf(host);
        return host;
      }
      reasons.push(`${hostName(host)}: ${reason}`);
    }
    throw new CodedError("no_primary", `no host is a primary that answers (${reasons.join("; ")})`);
  }

  /** Connections that open at the same time share one search. */
  function find(): Promise<SqlHost> {
    finding ??= findUsable(whyUnusable ?? (async () => null)).finally(() => {
      finding = null;
    });
    return finding;
  }

  async function open(): Promise<Socket> {
    const socket = new Socket();
    last = socket;
    socket.once("connect", () => socket.setKeepAlive(true, keepAliveMs));
    socket.once("close", () => {
      failures = socket.bytesRead > 0 ? 0 : failures + 1;
    });
    try {
      const host = await find();
      if (silenceMs !== null) destroyOnceSilent(socket, silenceMs, clock);
      // TLS checks the certificate against `host`. Node buffers writes until the socket is connected.
      return "path" in host ? socket.connect(host) : Object.assign(socket, host).connect(host);
    } catch (error) {
      // `postgres` would lose the connection for ever if this function threw. It listens to the socket from now on.
      setImmediate(() => socket.destroy(error instanceof Error ? error : new Error(messageOf(error))));
      return socket;
    }
  }

  return async () => {
    if (last !== null && last.bytesRead > 0) failures = 0;
    if (failures > 0) {
      const pauseMs = Math.min(25 * 2 ** failures, longestPauseMs);
      await new Promise<void>((resolve) => pauseClock.after(pauseMs, resolve));
    }
    return open();
  };
}

function hostName(host: SqlHost): string {
  return "path" in host ? host.path : `${host.host}:${host.port}`;
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
