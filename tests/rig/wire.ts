import { connect, createServer, type Socket } from "node:net";

/** A way to a server that can be cut: what passes through it believes that the server is at `url`. */
export type Wire = {
  url: string;
  /** Ends all connections and refuses new ones. */
  cut(): Promise<void>;
  /** Keeps all connections and lets nothing through, as a server that hangs. */
  hold(): void;
  /** As in the beginning. */
  mend(): Promise<void>;
  stop(): Promise<void>;
};

/** @param target the address of a server, like `postgres://user:password@127.0.0.1:5432/database` */
export async function startWire(target: string): Promise<Wire> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let held = false;

  const server = createServer((near) => {
    const far = connect({ host: hostname, port: Number(port) });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on("data", (bytes) => void (held || other.write(bytes)));
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
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
    url: Object.assign(new URL(target), { hostname: "127.0.0.1", port: String(ownPort) }).href,
    cut,
    hold() {
      held = true;
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
