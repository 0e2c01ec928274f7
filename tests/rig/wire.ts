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
  /** How many connections pass. */
  readonly passing: number;
  /** How many bytes the server has sent so far. */
  readonly bytesBack: number;
  /** As in the beginning. */
  mend(): Promise<void>;
  stop(): Promise<void>;
};

/** @param target an address like `postgres://user:password@127.0.0.1:5432/database` or `unix:/run/redis.sock` */
export async function startWire(target: string): Promise<Wire> {
  const { protocol, hostname, port, pathname } = new URL(target);
  const address = protocol === "unix:" ? { path: pathname } : { host: hostname, port: Number(port) };
  const sockets = new Set<Socket>();
  const frozen = new WeakSet<Socket>();
  let held = false;
  let bytesBack = 0;

  const server = createServer((near) => {
    const far = connect(address);
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
