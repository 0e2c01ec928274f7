// A proxy between a service and its server, which fails as networks do.

import { connect, createServer, type Socket } from "node:net";

/** A way to a server that can be cut: what passes through it believes that the server is at `url`. */
export type Wire = {
  url: string;
  /** Ends all connections and refuses new ones. */
  cut(): Promise<void>;
  /** Keeps all connections and lets nothing through, as a server that hangs. */
  hold(): void;
  /**
   * Lets nothing more through the connections that there are, or through the first `count` of them, and closes none; new
   * ones pass.
   */
  freezeCurrent(count?: number): void;
  /** The same for the connections over which this text was sent of late. */
  freezeThose(said: string): void;
  /** How many frozen connections the near end has not given up yet. */
  readonly frozen: number;
  /** How many connections pass. */
  readonly passing: number;
  /** How many bytes the server has sent so far. */
  readonly bytesBack: number;
  /** As in the beginning. */
  mend(): Promise<void>;
  stop(): Promise<void>;
};

/** What BullMQ says where it waits for a poll; over its other connections it only names that command. */
export const waitsForPolls = "*3\r\n$8\r\nbzpopmin\r\n$20\r\nbellbuoy:poll:marker\r\n";

/** So much of what was sent last over a connection is remembered. */
const keptBytes = 4_096;

/** @param target an address like `postgres://user:password@127.0.0.1:5432/database` or `unix:/run/redis.sock` */
export async function startWire(target: string): Promise<Wire> {
  const { protocol, hostname, port, pathname } = new URL(target);
  const address = protocol === "unix:" ? { path: pathname } : { host: hostname, port: Number(port) };
  const sockets = new Set<Socket>();
  const frozen = new WeakSet<Socket>();
  /** The far end of each near one, and what was sent last over it. */
  const connections = new Map<Socket, { far: Socket; said: Buffer }>();
  let held = false;
  let bytesBack = 0;

  const server = createServer((near) => {
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
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
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
    freezeCurrent(count = Number.POSITIVE_INFINITY) {
      // Each connection has two: it was added with its near one first.
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
      // What was held back is lost: its connections are of no use any more.
      for (const socket of sockets) socket.destroy();
      if (!server.listening) await listen(ownPort);
    },
    stop: cut,
  };
}
