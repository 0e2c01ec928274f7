// A TCP proxy between a service and its database or Redis, which fails as networks do.

import { connect, createServer, type Socket } from "node:net";

/** Describes a proxy that a test can cut; clients connect to `url` instead of the server. */
export type Wire = {
  url: string;
  /** Closes all connections and refuses new ones. */
  cut(): Promise<void>;
  /** Keeps all connections open but passes no bytes, as a server that hangs. */
  hold(): void;
  /** Ends {@link Wire.hold} for new connections. Those that were held stay frozen. */
  passNew(): void;
  /**
   * Stops passing bytes on the open connections, or on the first `count` of them, without closing them. New connections
   * work.
   */
  freezeCurrent(count?: number): void;
  /** Freezes the connections over which a client recently sent this text. */
  freezeThose(said: string): void;
  /** Number of frozen connections that the client has not closed yet. */
  readonly frozen: number;
  /** Number of connections that work. */
  readonly passing: number;
  /** Number of bytes that the server has sent so far. */
  readonly bytesBack: number;
  /** Restores normal operation. */
  mend(): Promise<void>;
  stop(): Promise<void>;
};

/** Holds the command with which BullMQ waits for a poll; on its other connections it only names that command. */
export const waitsForPolls = "*3\r\n$8\r\nbzpopmin\r\n$22\r\n{bellbuoy}:poll:marker\r\n";

/** Max time to wait until the runtime reports the destroyed connections as closed, in ms. */
const closeReportMs = 5_000;

/** Number of bytes kept of what each connection sent last. */
const keptBytes = 4_096;

/** Starts a proxy. @param target like `postgres://user:password@127.0.0.1:5432/database` or `unix:/run/redis.sock` */
export async function startWire(target: string): Promise<Wire> {
  const { protocol, hostname, port, pathname } = new URL(target);
  const address = protocol === "unix:" ? { path: pathname } : { host: hostname, port: Number(port) };
  const sockets = new Set<Socket>();
  const frozen = new WeakSet<Socket>();
  /** Maps each client socket to its server socket and the last bytes sent. */
  const connections = new Map<Socket, { far: Socket; said: Buffer }>();
  let held = false;
  let isCut = false;
  let bytesBack = 0;

  const server = createServer((near) => {
    // The kernel may accept a connection just before the cut. Left open, it would keep the cut waiting.
    if (isCut) return void near.destroy();
    const far = connect(address);
    const connection = { far, said: Buffer.alloc(0) as Buffer };
    connections.set(near, connection);
    near.on("data", (bytes: Buffer) => {
      connection.said = Buffer.concat([connection.said, bytes]).subarray(-keptBytes);
    });
    near.on("close", () => connections.delete(near));
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on("data", (bytes) => {
        if (socket === far) bytesBack += bytes.length;
        if (!held && !frozen.has(socket)) other.write(bytes);
      });
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        if (!frozen.has(socket)) other.destroy();
      });
    }
  });
  const listen = (on: number) =>
    new Promise<number>((resolve, reject) => {
      server.once("error", reject);
      server.listen(on, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
    });
  const ownPort = await listen(0);

  async function cut(): Promise<void> {
    isCut = true;
    const closed = new Promise<true>((resolve) => server.close(() => resolve(true)));
    for (const socket of sockets) socket.destroy();
    // All connections are destroyed now, so the test can continue even if the runtime does not report one as closed.
    if (!(await Promise.race([closed, Bun.sleep(closeReportMs)]))) {
      console.error(
        `a cut wire: ${sockets.size} sockets were not reported as closed within ${closeReportMs / 1_000} s`,
      );
    }
  }
  return {
    url:
      protocol === "unix:"
        ? `redis://127.0.0.1:${ownPort}`
        : Object.assign(new URL(target), { hostname: "127.0.0.1", port: String(ownPort) }).href,
    cut,
    hold() {
      held = true;
    },
    passNew() {
      for (const socket of sockets) frozen.add(socket);
      held = false;
    },
    freezeCurrent(count = Number.POSITIVE_INFINITY) {
      // Each connection is in the map twice; the client's socket was added first.
      for (const [index, socket] of [...sockets].entries()) if (index < 2 * count) frozen.add(socket);
    },
    freezeThose(text) {
      for (const [near, { far, said }] of connections) if (said.includes(text)) frozen.add(near).add(far);
    },
    get frozen() {
      return [...connections.keys()].filter((near) => frozen.has(near)).length;
    },
    get passing() {
      return [...sockets].filter((socket) => !frozen.has(socket)).length / 2;
    },
    get bytesBack() {
      return bytesBack;
    },
    async mend() {
      held = false;
      isCut = false;
      // The bytes that were held back are lost, so these connections cannot be used any more.
      for (const socket of sockets) socket.destroy();
      if (!server.listening) await listen(ownPort);
    },
    stop: cut,
  };
}
