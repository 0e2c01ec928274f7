import { connect, type Socket } from "node:net";

/** A client that asks for something and then takes nothing of the answer. */
export type Sleeper = {
  /** Reads from now on. @returns all that there was to read, once the server has ended the connection */
  wake(): Promise<string>;
  leave(): void;
};

/** Asks for an address over a connection of its own. Resolves when the answer has begun; nothing of it is read. */
export async function neverRead(url: string, headers: Record<string, string> = {}): Promise<Sleeper> {
  const { hostname, port, pathname, search } = new URL(url);
  const lines = Object.entries({ Host: hostname, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(`GET ${pathname}${search} HTTP/1.1\r\n${lines.join("")}\r\n`);
  const first = await new Promise<Buffer>((resolve, reject) => {
    socket.once("error", reject);
    socket.once("data", (bytes: Buffer) => {
      socket.pause();
      resolve(bytes);
    });
  });
  return { wake: () => readAll(socket, first), leave: () => socket.destroy() };
}

function readAll(socket: Socket, first: Buffer): Promise<string> {
  const parts = [first];
  return new Promise((resolve) => {
    socket.on("data", (bytes: Buffer) => parts.push(bytes));
    socket.on("error", () => {});
    socket.on("close", () => resolve(withoutChunkHeads(Buffer.concat(parts).toString())));
    socket.resume();
  });
}

/** The body of a chunked answer, as far as it came: chunk sizes stand on lines of their own. */
function withoutChunkHeads(answer: string): string {
  return answer.slice(answer.indexOf("\r\n\r\n") + 2).replace(/\r\n[0-9a-f]+\r\n/g, "");
}
